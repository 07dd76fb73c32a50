//! METRIC lines: what every benchmark prints, in any language.

use anyhow::{Context, Result, bail};
pub(crate) use bench_own::harness::{Metric, SCHEMA};
use serde_json::Value;

/// The metric in one line of a benchmark's standard output; none if the line is not a METRIC line.
pub(crate) fn parse(line: &str) -> Result<Option<Metric>> {
    let Some(json) = line.strip_prefix("METRIC ") else { return Ok(None) };
    let value: Value = serde_json::from_str(json).context("a METRIC line is not JSON")?;
    from_value(value).map(Some)
}

/// Reads a metric, but first its schema, so that a foreign one is named rather than misread.
pub(crate) fn from_value(value: Value) -> Result<Metric> {
    match value.get("schema").and_then(Value::as_u64) {
        Some(schema) if schema == u64::from(SCHEMA) => {}
        Some(schema) => bail!("a metric has schema {schema}; this xtask reads schema {SCHEMA}"),
        None => bail!("a metric names no schema; this xtask reads schema {SCHEMA}"),
    }
    serde_json::from_value(value).context("a metric has schema 1 but other fields")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = include_str!("../tests/fixtures/metric.txt");

    #[test]
    fn a_metric_line_is_read_and_other_lines_are_not() {
        let metric = parse(LINE.trim_end()).unwrap().unwrap();
        assert_eq!((metric.bench.as_str(), metric.size, metric.ours), ("get/random", 1000, true));
        assert_eq!(metric.median(), Some(2.0));
        assert_eq!(parse("warming up").unwrap(), None);
    }

    #[test]
    fn another_schema_is_refused_with_both_versions() {
        let foreign = LINE.replace("\"schema\":1", "\"schema\":7");
        let message = parse(&foreign).unwrap_err().to_string();
        assert!(message.contains("schema 7") && message.contains("schema 1"), "{message}");
    }

    #[test]
    fn broken_json_is_an_error_and_not_silence() {
        assert!(parse("METRIC {\"schema\":1").is_err());
        assert!(parse("METRIC {}").is_err());
    }
}
