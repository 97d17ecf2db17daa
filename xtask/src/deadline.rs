//! Deadlines: programs that a step starts are stopped when the time of the step is over.
//!
//! Every program that this crate waits for is started here. Within [`within`] each one leads a process group. On expiry the
//! group is killed, and with it the groups of all descendants, because test runners give each test a group of its own.

use crate::sh::Outcome;
use std::cell::Cell;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How long the streams of a killed program may stay open, for instance in a process that left its group.
const GRACE: Duration = Duration::from_secs(10);

thread_local! {
    static CURRENT: Cell<Option<Deadline>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
    missed: bool,
}

/// Runs `work` with a deadline for all programs that this thread starts meanwhile, together. Returns the result, and whether
/// a program was stopped. After that no other program starts within `work`.
pub fn within<T>(limit: Duration, work: impl FnOnce() -> T) -> (T, bool) {
    let at = Instant::now() + limit;
    let missed = false;
    let before = CURRENT.replace(Some(Deadline { at, limit, missed }));
    let result = work();
    let missed = CURRENT
        .replace(before)
        .is_some_and(|deadline: Deadline| deadline.missed);
    (result, missed)
}

/// Whether a deadline is in effect: then nobody is there to answer a question.
pub fn unattended() -> bool {
    CURRENT.get().is_some()
}

/// The time in words: minutes, or milliseconds below one minute.
pub fn words(limit: Duration) -> String {
    match limit.as_secs() / 60 {
        0 => format!("{} ms", limit.as_millis()),
        minutes => format!("{minutes} min"),
    }
}

/// What a program came to. A stream is missing where it was inherited, or stayed open after the program was killed.
pub struct Ended<T> {
    pub status: Outcome<ExitStatus>,
    pub out: Option<T>,
    pub err: Option<T>,
}

/// Runs a program to its end with our own output streams. It has nothing to read on its standard input.
pub fn status(command: &mut Command) -> Outcome<ExitStatus> {
    finish::<()>(command, None)?.status
}

/// Runs a program to its end, with its output streams read by two functions, each in its own thread.
pub fn captured<T: Send + 'static>(
    command: &mut Command,
    out: fn(ChildStdout) -> T,
    err: fn(ChildStderr) -> T,
) -> Outcome<Ended<T>> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command, Some((out, err)))
}

enum Event<T> {
    Exit(std::io::Result<ExitStatus>),
    Out(T),
    Err(T),
}

type Readers<T> = (fn(ChildStdout) -> T, fn(ChildStderr) -> T);

fn finish<T: Send + 'static>(command: &mut Command, readers: Option<Readers<T>>) -> Outcome<Ended<T>> {
    let deadline = CURRENT.get();
    if let Some(Deadline {
        missed: true, limit, ..
    }) = deadline
    {
        return Err(format!("not started: the {} of the step are over", words(limit)));
    }
    command.stdin(Stdio::null());
    if deadline.is_some() {
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let group = child.id();
    let _keeper = deadline.and_then(|_| Keeper::of(group));
    let (tell, told) = mpsc::channel();
    let mut missing = 1;
    if let Some((out, err)) = readers {
        missing += start(&tell, child.stdout.take(), move |stream| Event::Out(out(stream)));
        missing += start(&tell, child.stderr.take(), move |stream| Event::Err(err(stream)));
    }
    thread::spawn(move || tell.send(Event::Exit(child.wait())));
    let mut ended = Ended {
        status: Err("its end was not observed".into()),
        out: None,
        err: None,
    };
    let mut until = deadline.map(|deadline| deadline.at);
    let mut missed = false;
    while missing > 0 {
        let event = match until {
            None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => told.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        match event {
            Ok(Event::Exit(status)) => {
                ended.status = status.map_err(|error| error.to_string());
                // Processes that it left behind would hold the streams open.
                if deadline.is_some() {
                    kill(&[group]);
                }
            }
            Ok(Event::Out(read)) => ended.out = Some(read),
            Ok(Event::Err(read)) => ended.err = Some(read),
            Err(RecvTimeoutError::Timeout) if !missed => {
                missed = true;
                kill(&groups(group));
                until = Some(Instant::now() + GRACE);
                continue;
            }
            Err(_) => break,
        }
        missing -= 1;
    }
    if let Some(deadline) = deadline.filter(|_| missed) {
        CURRENT.set(Some(Deadline { missed, ..deadline }));
        ended.status = Err(format!(
            "stopped: not finished when the {} of the step were over",
            words(deadline.limit)
        ));
    }
    Ok(ended)
}

/// Reads a stream in a thread. Returns the number of events to expect.
fn start<T: Send + 'static, S: Send + 'static>(
    tell: &Sender<Event<T>>,
    stream: Option<S>,
    read: impl FnOnce(S) -> Event<T> + Send + 'static,
) -> usize {
    let Some(stream) = stream else { return 0 };
    let tell = tell.clone();
    thread::spawn(move || tell.send(read(stream)));
    1
}

/// The process groups of a program and its descendants.
fn groups(leader: u32) -> Vec<u32> {
    // `pid (name) state parent group …`; a name may hold anything.
    let process = |entry: fs::DirEntry| -> Option<(u32, u32, u32)> {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(1);
        Some((id, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let all: Vec<(u32, u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(process)
        .collect();
    let (mut family, mut groups) = (vec![leader], vec![leader]);
    let mut next = 0;
    while let Some(&one) = family.get(next) {
        next += 1;
        for (id, _, group) in all.iter().filter(|(_, parent, group)| *parent == one || *group == one) {
            if !family.contains(id) {
                family.push(*id);
                groups.push(*group);
            }
        }
    }
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Kills process groups. The shell's own `kill`, because not every machine has the program.
fn kill(groups: &[u32]) {
    let _ = Command::new("sh")
        .args(["-c", r#"kill -s KILL -- "$@""#, "sh"])
        .args(groups.iter().map(|group| format!("-{group}")))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Ends a process group when this program ends before it: an interrupt from the terminal does not reach other groups.
struct Keeper(Child);

impl Keeper {
    fn of(group: u32) -> Option<Self> {
        Command::new("sh")
            .args(["-c", r#"read -r _ || kill -s TERM -- "-$1""#, "sh", &group.to_string()])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()
            .map(Self)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(mut stdin) = self.0.stdin.take() {
            let _ = stdin.write_all(b"\n");
        }
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{captured, status, within};
    use std::io::Read;
    use std::path::Path;
    use std::process::Command;
    use std::time::Duration;

    const SHORT: Duration = Duration::from_millis(300);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn text(mut stream: impl Read) -> String {
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text
    }

    /// A process that is gone, or that only waits to be collected by its parent.
    fn is_over(id: &str) -> bool {
        let stat = std::fs::read_to_string(Path::new("/proc").join(id).join("stat")).unwrap_or_default();
        stat.rsplit_once(')')
            .is_none_or(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped_with_all_it_started() {
        // One in its group, one in a group of its own as test runners make them, and itself.
        let script = "sleep 100000 & echo $!; setsid sleep 100000 & echo $!; echo $$; wait";
        let (ended, missed) = within(SHORT, || captured(&mut shell(script), text, text).unwrap());
        assert!(missed);
        assert_eq!(
            ended.status.unwrap_err(),
            "stopped: not finished when the 300 ms of the step were over"
        );
        let ids = ended.out.unwrap();
        assert_eq!(ids.lines().count(), 3, "{ids}");
        for id in ids.lines() {
            while !is_over(id) {
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn nothing_starts_when_the_time_is_over() {
        let ((first, second), missed) = within(SHORT, || {
            (status(&mut shell("sleep 100000")), status(&mut shell("true")))
        });
        assert!(missed && first.is_err());
        assert!(second.unwrap_err().starts_with("not started"));
        assert!(
            status(&mut shell("true")).unwrap().success(),
            "the deadline is over with its step"
        );
    }

    #[test]
    fn a_program_in_time_leaves_nothing_behind_and_reads_nothing() {
        let script = "read -r line; echo $?; sleep 100000 & echo $!";
        let (ended, missed) = within(Duration::from_secs(600), || {
            captured(&mut shell(script), text, text).unwrap()
        });
        assert!(!missed && ended.status.unwrap().success());
        let told = ended.out.unwrap();
        let (nothing_read, left) = told.trim().split_once('\n').unwrap();
        assert_eq!(nothing_read, "1");
        while !is_over(left) {
            std::thread::yield_now();
        }
    }
}
