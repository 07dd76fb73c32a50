//! Running other programs: never with our standard input, always with a clear word about how they ended.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{interrupt, machine};

/// One line of a child's output.
#[derive(Debug)]
pub(crate) enum Line {
    Out(String),
    Err(String),
}

/// How a streamed child ended.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) status: ExitStatus,
    /// We ended it because somebody pressed Ctrl-C.
    pub(crate) interrupted: bool,
}

/// Runs `command`, hands over each line as it comes, and stops the child on Ctrl-C or when `on_line` fails.
pub(crate) fn stream(command: &mut Command, mut on_line: impl FnMut(Line) -> Result<()>) -> Result<Ending> {
    let program = display(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let (sender, lines) = mpsc::channel();
    read_lines(child.stdout.take().expect("piped"), sender.clone(), Line::Out);
    read_lines(child.stderr.take().expect("piped"), sender, Line::Err);

    let mut interrupted = false;
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => {
                if let Err(error) = on_line(line) {
                    stop(&mut child);
                    return Err(error);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if interrupt::requested() && !interrupted {
            interrupted = true;
            stop(&mut child);
        }
    }
    let status = child.wait().with_context(|| format!("cannot wait for {program}"))?;
    Ok(Ending { status, interrupted: interrupted || interrupt::requested() })
}

/// Ends a child that may have ended by itself already.
fn stop(child: &mut Child) {
    // The only error of both is that there is nothing left to kill or to wait for.
    let _ = child.kill();
    let _ = child.wait();
}

fn read_lines(source: impl Read + Send + 'static, sender: Sender<Line>, wrap: fn(String) -> Line) {
    thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if sender.send(wrap(line)).is_err() {
                return;
            }
        }
    });
}

/// Runs `command` with our own output.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    command.stdin(Stdio::null()).status().with_context(|| format!("cannot start {}", display(command)))
}

/// Who reads what a command that runs others prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The others' own output.
    #[default]
    Person,
    /// A JSON line for each of the others; their own output goes to standard error.
    Program,
}

impl Reader {
    /// By the option `--json`.
    pub(crate) fn of(json: bool) -> Self {
        if json { Self::Program } else { Self::Person }
    }
}

/// Shows and runs `command`; false if it ended badly.
pub(crate) fn holds(command: &mut Command, reader: Reader) -> Result<bool> {
    let shown = display(command);
    eprintln!("$ {shown}");
    if reader == Reader::Person {
        return Ok(status(command)?.success());
    }
    let start = Instant::now();
    let status = status(command.stdout(std::io::stderr()))?;
    println!("{}", json_line(&shown, status, start.elapsed().as_secs_f64()));
    Ok(status.success())
}

/// Runs the commands, one for each core at a time, and shows what each printed when it has ended; false if one ended
/// badly, after all have run.
pub(crate) fn all_hold(commands: Vec<Command>, reader: Reader) -> Result<bool> {
    let queue = Mutex::new(commands.into_iter());
    let work = || {
        let mut good = true;
        loop {
            // The queue is locked for no longer than this.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(mut command) = next else { return Ok(good) };
            good &= holds_quietly(&mut command, reader)?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..machine::cores()).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join().expect("it does not panic"));
        ended.collect::<Result<Vec<bool>>>().map(|good| good.into_iter().all(|good| good))
    })
}

/// As [`holds`], with what the command prints shown at its end, in one piece.
fn holds_quietly(command: &mut Command, reader: Reader) -> Result<bool> {
    let (shown, start) = (display(command), Instant::now());
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {shown}"))?;
    let seconds = start.elapsed().as_secs_f64();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    eprintln!("$ {shown}\n{}{}     took {seconds:.1} s, {}", text[0], text[1], ending(output.status));
    if reader == Reader::Program {
        println!("{}", json_line(&shown, output.status, seconds));
    }
    Ok(output.status.success())
}

/// What a program reads about a command that was run.
fn json_line(shown: &str, status: ExitStatus, seconds: f64) -> serde_json::Value {
    serde_json::json!({
        "command": shown, "good": status.success(), "ended": ending(status), "seconds": seconds,
    })
}

/// The standard output of `command`; the error carries the end of its standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = display(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let last = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no message");
        bail!("{program} {}: {}", ending(output.status), last.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} printed something that is not UTF-8"))
}

/// "ended with exit code 3", or "was killed by signal 9".
pub(crate) fn ending(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("ended with exit code {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let hint = if signal == 9 { " (out of memory?)" } else { "" };
        return format!("was killed by signal {signal}{hint}");
    }
    "was killed".to_owned()
}

/// The command as one would type it.
pub(crate) fn display(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn lines_arrive_and_the_ending_is_told() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let ending = stream(&mut command, |line| {
            lines.push(match line {
                Line::Out(text) => format!("out {text}"),
                Line::Err(text) => format!("err {text}"),
            });
            Ok(())
        });
        lines.sort();
        assert_eq!(lines, ["err two", "out one"]);
        assert_eq!(super::ending(ending.unwrap().status), "ended with exit code 3");
    }

    #[test]
    fn a_killed_child_is_called_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", "kill -9 $$"]);
        assert_eq!(ending(status(&mut command).unwrap()), "was killed by signal 9 (out of memory?)");
    }

    #[test]
    fn of_many_commands_all_are_run_and_one_that_fails_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let touch = |name: &str, code: u32| {
            let mut command = Command::new("sh");
            command.current_dir(&folder).args(["-c", &format!("touch {name}; exit {code}")]);
            command
        };
        let names: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let good: Vec<Command> = names.iter().map(|name| touch(name, 0)).collect();
        assert!(all_hold(good, Reader::Person).unwrap());
        assert!(!all_hold(vec![touch("a", 0), touch("b", 1), touch("c", 0)], Reader::Person).unwrap());
        assert!(all_hold(vec![Command::new("no-such-program-anywhere")], Reader::Person).is_err());
        assert_eq!(folder.path().read_dir().unwrap().count(), 12);
    }

    #[test]
    fn a_failing_reader_stops_the_child() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo go; exec sleep 600"]);
        let started = std::time::Instant::now();
        assert!(stream(&mut command, |_| bail!("disk full")).is_err());
        assert!(started.elapsed() < Duration::from_secs(300));
    }
}
