//! The commands as one calls them: what they print, and how they end when something is wrong.

use std::process::{Command, Output};

/// Runs `cargo xtask` with these arguments, relative paths seen from the package.
fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .expect("cargo built it")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The one line on standard error of a command that could not run.
fn refusal(arguments: &[&str]) -> String {
    let output = xtask(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
    let message = text(&output.stderr);
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    message
}

#[test]
fn unknown_names_are_refused_with_the_near_ones() {
    let message = refusal(&["bench", "neighbour-list"]);
    assert!(message.contains("did you mean neighbor-list?"), "{message}");
    let message = refusal(&["bench", "--peers", "alll"]);
    assert!(message.contains("alll"), "{message}");
    let message = refusal(&["bench", "neighbor-list", "--engine", "vessin"]);
    assert!(message.contains("did you mean vesin"), "{message}");
    let message = refusal(&["test", "-p", "covertree"]);
    assert!(message.contains("did you mean cover-tree"), "{message}");
    let message = refusal(&["sanitize", "leak", "-p", "covertree"]);
    assert!(message.contains("did you mean cover-tree"), "{message}");
    let message = refusal(&["test", "--levels", "avx3"]);
    assert!(message.contains("did you mean avx2"), "{message}");
    let message = refusal(&["fuzz", "bplustree"]);
    assert!(message.contains("did you mean bplus-tree"), "{message}");
    let message = refusal(&["ci", "--only", "tests"]);
    assert!(message.contains("did you mean test"), "{message}");
}

#[test]
fn what_cannot_be_measured_is_refused_in_one_line() {
    let message = refusal(&["gate", "--base", "no-such-branch"]);
    assert!(message.contains("there is no commit called `no-such-branch`"), "{message}");
    let message = refusal(&["gate", "neighbour-list", "--base", "HEAD"]);
    assert!(message.contains("did you mean neighbor-list?"), "{message}");
    let message = refusal(&["scale", "--threads", "100000"]);
    assert!(message.contains("from 1 to 1024"), "{message}");
    let message = refusal(&["perf", "--flame", "cover-three/x"]);
    assert!(message.contains("there is no structure called"), "{message}");
    let message = refusal(&["report", "--records", "no/such/folder"]);
    assert!(message.contains("there is no folder"), "{message}");
}

#[test]
fn a_record_is_shown_as_it_was_measured() {
    let output = xtask(&["bench", "--show", "tests/fixtures/before.jsonl", "--explain"]);
    assert!(output.status.success());
    let shown = text(&output.stdout);
    for part in [
        "Example CPU, 2 cores, avx2",
        "LOSES",
        "MISSED",
        "WRONG",
        "whoever packs keys densely",
        "Where we lose",
    ] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
}

#[test]
fn two_records_are_compared_and_the_change_comes_first() {
    let output = xtask(&["compare", "tests/fixtures/before.jsonl", "tests/fixtures/after.jsonl"]);
    assert!(output.status.success());
    let shown = text(&output.stdout);
    let first = shown.lines().find(|line| line.contains("get/random")).expect("a row");
    assert!(first.contains("1.20x") && first.contains("slower"), "{shown}");
    assert!(shown.contains("absolute times drift"), "{shown}");
}

#[test]
fn what_is_no_record_is_refused() {
    let message = refusal(&["compare", "tests/fixtures/before.jsonl", "tests/fixtures/none.jsonl"]);
    assert!(message.contains("cannot read tests/fixtures/none.jsonl"), "{message}");
    let message = refusal(&["bench", "--show", "tests/fixtures/metric.txt"]);
    assert!(message.contains("tests/fixtures/metric.txt is not a record"), "{message}");
}

#[test]
fn a_record_of_another_schema_is_refused_with_both_versions() {
    let foreign = tempfile::NamedTempFile::new().unwrap();
    let text = include_str!("fixtures/before.jsonl").replacen("\"schema\":1", "\"schema\":2", 1);
    std::fs::write(foreign.path(), text).unwrap();
    let message = refusal(&["bench", "--show", &foreign.path().to_string_lossy()]);
    assert!(message.contains("schema 2") && message.contains("schema 1"), "{message}");
}

#[test]
fn doctor_lists_tools_and_installs_none() {
    let output = xtask(&["doctor"]);
    assert!(output.status.success());
    let shown = text(&output.stdout);
    for tool in
        ["python3", "valgrind", "llvm-profdata", "llvm-bolt", "cargo-llvm-cov", "cargo-fuzz", "chromium"]
    {
        assert!(shown.contains(tool), "{tool} is missing in\n{shown}");
    }
}

#[test]
fn ci_lists_what_it_would_run() {
    let listed = |arguments: &[&str]| {
        let output = xtask(&[&["ci", "--list"], arguments].concat());
        assert!(output.status.success());
        let steps = text(&output.stdout);
        steps.lines().filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let all = [
        "fmt", "clippy", "features", "doc", "tidy", "test", "valgrind", "fuzz", "loom", "asan", "peers",
        "msrv",
    ];
    assert_eq!(listed(&[]), all);
    assert_eq!(listed(&["--only", "fuzz,valgrind"]), ["valgrind", "fuzz"]);
    assert_eq!(listed(&["--skip", "asan,peers,msrv"]), all[..9]);
}

#[test]
fn every_command_has_help_that_teaches() {
    let commands = [
        "bench", "compare", "report", "test", "tidy", "loom", "sanitize", "fuzz", "coverage", "doctor", "ci",
        "gate", "perf", "pgo", "scale", "mem",
    ];
    for command in commands {
        let output = xtask(&[command, "--help"]);
        let help = text(&output.stdout);
        assert!(output.status.success() && help.contains("Exit codes:"), "{command}: {help}");
    }
}
