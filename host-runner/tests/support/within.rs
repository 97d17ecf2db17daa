//! Bounds for what the tests wait for. What does not come fails, with what it was.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How long one wait may take: a machine that is busy with other tests is slow, what hangs is slower.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How long a program that runs to its end may take: some replay whole journals.
const PROGRAM: Duration = Duration::from_secs(300);

/// Runs `work` in a thread of its own, which is left behind on expiry.
pub fn within<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(work()));
    match told.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("waited {PATIENCE:?} for {what}"),
        Err(RecvTimeoutError::Disconnected) => panic!("{what} panicked"),
    }
}

/// Runs `work`, which waits for a process: on expiry the process is killed, so that its streams end.
pub fn watched<T>(process: u32, what: &str, limit: Duration, work: impl FnOnce() -> T) -> T {
    let (done, told) = mpsc::channel::<()>();
    thread::scope(move |scope| {
        let watcher = scope.spawn(move || {
            let late = told.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            if late {
                eprintln!("waited {limit:?} for {what}");
                kill(process);
            }
            late
        });
        let result = work();
        drop(done);
        assert!(!watcher.join().unwrap(), "waited {limit:?} for {what}");
        result
    })
}

/// Waits for the end of a process.
pub fn end(child: &mut Child, what: &str) -> ExitStatus {
    watched(child.id(), what, PATIENCE, || child.wait().unwrap())
}

/// Runs a program to its end, as [`Command::output`] does.
pub fn finish(command: &mut Command) -> Output {
    let what = format!("{command:?}");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    output(child.unwrap_or_else(|error| panic!("{what}: {error}")), &what)
}

/// Waits for the end of a process and reads what it prints until then.
pub fn output(child: Child, what: &str) -> Output {
    let process = child.id();
    let (tell, told) = mpsc::channel();
    // Not watched: a process that it started may hold its streams open.
    thread::spawn(move || tell.send(child.wait_with_output()));
    let Ok(output) = told.recv_timeout(PROGRAM) else {
        kill(process);
        panic!("waited {PROGRAM:?} for the end of {what}");
    };
    output.unwrap()
}

fn kill(process: u32) {
    let _ = Command::new("sh")
        .args(["-c", r#"kill -s KILL "$1""#, "sh", &process.to_string()])
        .status();
}
