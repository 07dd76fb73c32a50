//! A configuration store: each commit is a version, any two are compared in the time of their differences.
//!
//! `cargo run -p persistent-collections --example configuration [FILE]`, where the file has lines `key = value`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use persistent_collections::{Change, OrdMap, Vector};

type Settings = OrdMap<String, String>;

/// Named versions of the settings.
#[derive(Default)]
struct Store {
    versions: Vector<(String, Settings)>,
}

impl Store {
    fn commit(&mut self, message: &str, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.versions.last().map(|(_, settings)| settings.clone()).unwrap_or_default();
        change(&mut settings);
        self.versions.push((message.to_owned(), settings));
    }

    fn print_diff(&self, from: usize, to: usize) {
        let ((from_name, old), (to_name, new)) = (&self.versions[from], &self.versions[to]);
        println!("--- {from_name}\n+++ {to_name}");
        for change in old.diff(new) {
            match change {
                Change::Added { key, value } => println!("+ {key} = {value}"),
                Change::Removed { key, value } => println!("- {key} = {value}"),
                Change::Changed { key, old, new } => println!("~ {key} = {old} -> {new}"),
            }
        }
    }
}

fn main() -> std::io::Result<()> {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => (0..500).map(|i| format!("service.{i:03}.port = {}\n", 8000 + i)).collect(),
    };
    let mut store = Store::default();
    store.commit("loaded", |settings| {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        settings.extend(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())));
    });
    store.commit("move a service", |settings| {
        settings.insert("service.007.port".to_owned(), "9007".to_owned());
        settings.remove("service.013.port");
    });
    store.commit("turn tracing on", |settings| drop(settings.insert("tracing".to_owned(), "on".to_owned())));
    for (message, settings) in &store.versions {
        println!("{message}: {} settings", settings.len());
    }
    store.print_diff(0, 2);
    Ok(())
}
