//! Whole commands on a workspace of one small structure: what they measure, and how they end when something is wrong.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A clone of the fixture with a history: `base`, then `slower` (three times the work), then `same` (only a README).
struct Toy {
    folder: tempfile::TempDir,
    /// Cargo and git work on one side's folder at a time; and two timings at once would see each other.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Toy {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let toy = Self { folder: tempfile::tempdir().expect("a folder"), _alone: alone };
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/workspace"), toy.root());
        fs::write(toy.root().join(".gitignore"), "target\nCargo.lock\n").expect("written");
        toy.git(&["init", "--quiet"]);
        toy.commit("base");
        toy.replace("crates/toy/src/lib.rs", "20_000", "60_000");
        toy.commit("slower");
        fs::write(toy.root().join("README.md"), "toy").expect("written");
        toy.commit("same");
        toy
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.root().join(file);
        let text = fs::read_to_string(&path).expect("it is there");
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).expect("written");
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.root()).args(["-c", "user.name=toy", "-c", "user.email=toy@example.org"]);
        assert!(git.args(arguments).status().expect("git is here").success());
    }

    fn commit(&self, tag: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", tag]);
        self.git(&["tag", tag]);
    }

    /// `cargo xtask` on this workspace.
    fn xtask(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.env("CARGO_MANIFEST_DIR", self.root()).env_remove("CARGO_TARGET_DIR").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        ended(&self.xtask(arguments).output().expect("it starts"))
    }
}

fn ended(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("readable") {
        let path: PathBuf = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// The last line of an error, which must be the only one that starts so.
fn error(stderr: &str) -> &str {
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{stderr}");
    errors[0]
}

#[test]
fn the_gate_sees_slower_code_and_knows_equal_programs() {
    let toy = Toy::new();
    let (code, stdout, stderr) =
        toy.run(&["gate", "--base", "base", "--rounds-max", "10", "--samples", "3", "--record"]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("toy/work") && stdout.contains("REGRESSION"), "{stdout}");
    let kept = fs::read_dir(toy.root().join("benches/record/gate")).expect("it was recorded").count();
    assert_eq!(kept, 1);

    let (code, stdout, stderr) = toy.run(&["gate", "--base", "slower"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stderr.contains("toy: both programs are equal byte by byte"), "{stderr}");

    let (code, _, stderr) = toy.run(&["gate", "--base", "base", "--filter", "toy/wrok"]);
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("did you mean toy/work"), "{stderr}");
}

#[test]
fn what_is_wrong_with_the_tree_or_the_target_is_told_in_one_line() {
    let toy = Toy::new();
    let (code, _, stderr) = toy.run(&["gate", "--base", "no-such-ref"]);
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("there is no commit called `no-such-ref`"), "{stderr}");

    fs::write(toy.root().join("blocked"), "").expect("written");
    let (code, _, stderr) = toy.run(&["gate", "--base", "base"]);
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("the tree has changes that are not committed"), "{stderr}");

    let blocked = |command: &mut Command| {
        ended(&command.env("CARGO_TARGET_DIR", toy.root().join("blocked")).output().expect("it starts"))
    };
    let (code, _, stderr) = blocked(&mut toy.xtask(&["gate", "--base", "base", "--dirty"]));
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("cannot write"), "{stderr}");
    let (code, _, stderr) = blocked(&mut toy.xtask(&["report"]));
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("there is no folder"), "{stderr}");
}

#[test]
fn a_child_that_dies_is_told_and_a_run_that_is_interrupted_keeps_what_it_has() {
    let toy = Toy::new();
    let output = toy.xtask(&["gate", "--base", "base", "--filter", "work"]).env("TOY_DIES", "1").output();
    let (code, _, stderr) = ended(&output.expect("it starts"));
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("the sampler was killed by signal 6 in toy/work"), "{stderr}");
    // Asking it must not end us by SIGPIPE, in silence.
    let output =
        toy.xtask(&["gate", "--base", "base", "--filter", "work"]).env("TOY_DIES", "between").output();
    let (code, _, stderr) = ended(&output.expect("it starts"));
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("the sampler ended with exit code 0 in toy/work"), "{stderr}");

    // A thousand rounds take more than a minute, whatever the machine; it is interrupted when some were measured.
    let arguments =
        ["gate", "--base", "base", "--rounds", "1000", "--samples", "5", "--filter", "work", "--record"];
    let mut command = toy.xtask(&arguments);
    let told = tempfile::NamedTempFile::new().expect("a file");
    command.env("TOY_TELLS", told.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // The process that calibrates, and three for each of the first rounds.
    while told.as_file().metadata().expect("it is there").len() < 1 + 3 * 4 {
        assert!(child.try_wait().expect("it is ours").is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill is here").success());
    let (code, stdout, stderr) = ended(&child.wait_with_output().expect("it ends"));
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    assert!(stdout.contains("toy/work") && stderr.contains("interrupted"), "{stdout}{stderr}");
    assert!(toy.root().join("benches/record/gate").is_dir());
    let processes = told.as_file().metadata().expect("it is there").len();
    assert!(processes < 3 * 1000, "{processes} processes ran: nothing was interrupted");
}

/// Whether a program is here; tests of what needs it say so and stop.
fn here(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let found = command.status().is_ok_and(|status| status.success());
    if !found {
        // Past the test harness, which would swallow it.
        let _ = writeln!(std::io::stderr(), "skipped: there is no {program} that works");
    }
    found
}

#[test]
fn the_self_test_plants_and_counts() {
    let toy = Toy::new();
    let rounds = ["--rounds", "3", "--rounds-max", "3", "--samples", "2"];
    let (code, stdout, stderr) =
        toy.run(&[&["gate", "--self-test", "--repeats", "2", "--json"], &rounds[..]].concat());
    // Two repeats promise nothing: inconclusive, unless a noisy machine broke the promise already.
    assert!(matches!(code, Some(1 | 3)), "{stdout}{stderr}");
    let fared: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(fared.len() == 2 && fared.iter().all(|fared| fared["repeats"] == 2), "{stdout}");
    if here("valgrind", &["--quiet", "true"]) {
        assert!(fared.iter().all(|fared| fared["detected_by_instructions"] == 1), "{stdout}");
        assert!(fared.iter().all(|fared| fared["alarms_by_instructions"] == 0), "{stdout}");
    }
}

#[test]
fn the_tests_of_one_package_run_under_valgrind() {
    if !here("valgrind", &["--quiet", "true"]) {
        return;
    }
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["sanitize", "valgrind", "-p", "toy", "--json"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("\"good\":true") && stdout.contains("valgrind --quiet"), "{stdout}");
}

#[test]
fn seeded_fuzzing_needs_no_fuzzer_and_tells_the_input_that_fails() {
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["fuzz", "--inputs", "6", "--json"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("\"good\":true") && stdout.contains("toy 0 6"), "{stdout}");
    let (code, stdout, stderr) = toy.run(&["fuzz", "toy", "--inputs", "7"]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stderr.contains("input 6 fails"), "{stderr}");
    let (code, stdout, stderr) = toy.run(&["ci", "--only", "fuzz", "--json"]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("\"step\":\"fuzz\"") && stdout.contains("failed"), "{stdout}");
}

#[test]
fn ci_runs_valgrind_on_the_crate_that_it_names_or_fails() {
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["ci", "--only", "valgrind", "--json"]);
    if here("valgrind", &["--quiet", "true"]) {
        assert_eq!(code, Some(1), "{stdout}{stderr}");
        assert!(error(&stderr).contains("no library of bplus-tree has tests"), "{stderr}");
    } else {
        assert_eq!(code, Some(0), "{stdout}{stderr}");
        assert!(stdout.contains("skipped") && stdout.contains("apt-get install"), "{stdout}");
    }
}

#[test]
fn perf_counts_before_and_after() {
    if !here("valgrind", &["--quiet", "true"]) {
        return;
    }
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["perf", "--base", "base", "--filter", "work"]);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.starts_with("SIMULATED"), "{stdout}");
    assert!(stdout.contains("before") && stdout.contains("after"), "{stdout}");
    // Three times the rounds.
    assert!(stdout.contains("toy/work: 3.00x instructions"), "{stdout}");
}

#[test]
fn pgo_trains_tests_and_measures_or_says_what_is_missing() {
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["pgo", "--rounds", "3", "--json"]);
    if code == Some(2) {
        assert!(
            error(&stderr).contains("needs llvm-profdata") && stderr.contains("apt-get install"),
            "{stderr}"
        );
        return;
    }
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let gains: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(
        gains.len() == 2 && gains.iter().all(|gain| gain["time"]["interval"]["low"].is_f64()),
        "{stdout}"
    );
    let (code, _, stderr) = toy.run(&["pgo", "--python"]);
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("crates/python holds no module yet"), "{stderr}");
}

#[test]
fn memory_is_told_and_growth_fails() {
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["mem"]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("GROWS") && stdout.contains("16 of 20 aligned"), "{stdout}");
}

#[test]
fn scaling_is_measured_at_every_size_and_tells_of_threads_beyond_the_cores() {
    let toy = Toy::new();
    let (code, stdout, stderr) = toy.run(&["scale", "--repeats", "1", "--json"]);
    assert_eq!(code, Some(0), "{stderr}");
    let points: Vec<serde_json::Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let sizes: Vec<u64> = points.iter().filter_map(|point| point["size"].as_u64()).collect();
    assert_eq!(sizes, [10, 100, 10], "{stdout}");
    let (code, _, stderr) = toy.run(&["scale", "--threads", "1,1000", "--repeats", "1", "--size-max", "10"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("1000 threads are more than"), "{stderr}");
    let (code, _, stderr) = toy.run(&["scale", "--threads", "4096"]);
    assert_eq!(code, Some(2));
    assert!(error(&stderr).contains("cores"), "{stderr}");
}
