//! A database worth damaging, and how a command is expected to fail.

use super::{Place, Run};

/// An id of nothing.
pub const NOBODY: &str = "0x0000000000000000000000000000000000000000000000000000000000000001";

/// A database with an active provider, a claimed job and a queued one; gives their ids.
pub fn settled_place(engine: &'static str) -> (Place, String, String) {
    let place = Place::new(engine);
    place.ok(&[
        "provider",
        "register",
        "--provider-id",
        "p",
        "--caps",
        "AI",
        "--time-ms",
        "1700001000000",
    ]);
    place.ok(&[
        "provider",
        "stake",
        "--provider-id",
        "p",
        "--amount",
        "1000",
        "--time-ms",
        "1700001000000",
    ]);
    let submit = |prompt: &str| {
        let args = [
            "job",
            "submit",
            "--ai",
            "--prompt",
            prompt,
            "--max-units",
            "100",
            "--time-ms",
            "1700001000000",
        ];
        place.json(&args)["task_id"].as_str().unwrap().to_owned()
    };
    let claimed = submit("one");
    place.write(
        "result.json",
        format!(
            r#"{{"result_digest":"{NOBODY}","metrics":{{"units":"80"}},"proof":{{"miner":"m","valid":true,"nullifier":"{NOBODY}"}}}}"#
        ),
    );
    let inject = [
        "job",
        "inject-result",
        "--task-id",
        &claimed,
        "--result",
        "result.json",
        "--time-ms",
        "1700001000000",
    ];
    place.ok(&inject);
    let waiting = submit("two");
    (place, claimed, waiting)
}

pub fn check(run: &Run, args: &[&str], expected: (i32, &str, &str)) {
    let (code, path) = run.error();
    assert_eq!(
        (run.code, &code[..], &path[..]),
        expected,
        "aicf {}\n{}",
        args.join(" "),
        run.err
    );
    assert_eq!(run.out, "", "aicf {}", args.join(" "));
}

/// Runs a command with `--json` that has to fail this way.
pub fn fails(place: &Place, args: &[&str], expected: (i32, &str, &str)) {
    let with_json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    check(&place.run(&with_json), args, expected);
}
