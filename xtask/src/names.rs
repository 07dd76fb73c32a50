//! Unknown names: say which known ones are near.

use anyhow::{Result, bail};

/// The known names nearest to `unknown`, best first, at most three.
pub(crate) fn near<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| {
            let contains = name.contains(unknown) || unknown.contains(name);
            let score = strsim::jaro_winkler(unknown, name);
            (if contains { score.max(0.9) } else { score }, name)
        })
        .filter(|&(score, _)| score > 0.75)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by_key(|&mut (_, name)| name);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// `name` if it is known; else an error that lists the near names, or all of them.
pub(crate) fn check<'a>(what: &str, name: &'a str, known: &[String]) -> Result<&'a str> {
    if known.iter().any(|k| k == name) {
        return Ok(name);
    }
    let near = near(name, known.iter().map(String::as_str));
    if near.is_empty() {
        bail!("there is no {what} called `{name}`; known: {}", known.join(", "));
    }
    bail!("there is no {what} called `{name}`; did you mean {}?", near.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_best_first() {
        let known = ["neighbor-list", "cover-tree", "radix-index", "bplus-tree"];
        assert_eq!(near("neighbour-list", known), ["neighbor-list"]);
        assert_eq!(near("tree", known).len(), 2);
        assert_eq!(near("bplustree", known)[0], "bplus-tree");
        assert!(near("zzz", known).is_empty());
    }

    #[test]
    fn an_unknown_name_lists_the_near_ones() {
        let known = ["cover-tree".to_owned(), "radix-index".to_owned()];
        let message = check("structure", "cover-three", &known).unwrap_err().to_string();
        assert_eq!(message, "there is no structure called `cover-three`; did you mean cover-tree?");
        let message = check("structure", "zzz", &known).unwrap_err().to_string();
        assert!(message.ends_with("known: cover-tree, radix-index"), "{message}");
    }
}
