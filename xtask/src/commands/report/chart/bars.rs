//! Ratios as bars that start at 1: to the right where we are faster, to the left where we are slower.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{GRID, INK, line, series_colour, text, themed};
use crate::table::{number, ratio};

/// Letters that fit beside a bar.
const LETTERS: usize = 30;

const WIDTH: i32 = 720;
const ROW: i32 = 30;
/// Where bars may begin and end.
const LEFT: i32 = 260;
const RIGHT: i32 = WIDTH - 90;

/// A bar for each named ratio, on a logarithmic scale; none without bars.
pub(in crate::commands::report) fn bars(title: &str, bars: &[(String, f64)]) -> Option<String> {
    let logs = || bars.iter().map(|bar| bar.1.ln());
    let (low, high) = (logs().fold(0.0, f64::min), logs().fold(0.7, f64::max));
    if bars.is_empty() || !(low.is_finite() && high.is_finite()) {
        return None;
    }
    // A slower bar has its figure on its left.
    let left = if low < 0.0 { LEFT + 70 } else { LEFT };
    let place = |value: f64| left + ((value.ln() - low) / (high - low) * f64::from(RIGHT - left)) as i32;
    let ticks = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0];
    let shown = ticks.into_iter().filter(|tick| (low..=high).contains(&f64::ln(*tick))).map(place);
    draw(title, bars, place(1.0), place, &shown.collect::<Vec<_>>(), ratio)
}

/// A bar for each named amount, from 0 on; none without bars.
pub(in crate::commands::report) fn amounts(title: &str, bars: &[(String, f64)]) -> Option<String> {
    let high = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    if !(high.is_finite() && high > 0.0) {
        return None;
    }
    let place = |value: f64| LEFT + (value / high * f64::from(RIGHT - LEFT)) as i32;
    draw(title, bars, LEFT, place, &[], number)
}

fn draw(
    title: &str,
    bars: &[(String, f64)],
    start: i32,
    place: impl Fn(f64) -> i32,
    ticks: &[i32],
    write: fn(f64) -> String,
) -> Option<String> {
    let height = ROW * (bars.len() as i32 + 1) + 12;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32)).into_drawing_area();
        text(&root, title, (6, 4), (HPos::Left, VPos::Top))?;
        for &tick in ticks {
            line(&root, [(tick, ROW), (tick, height - 6)], GRID)?;
        }
        for (row, (name, value)) in (1..).zip(bars) {
            let (top, end) = (ROW * row + 6, place(*value));
            let middle = top + (ROW - 12) / 2;
            let (low, high) = (start.min(end), start.max(end).max(start.min(end) + 2));
            let colour = series_colour(usize::from(end < start));
            root.draw(&Rectangle::new([(low, top), (high, top + ROW - 12)], colour.filled())).ok()?;
            text(&root, &shortened(name), (6, middle), (HPos::Left, VPos::Center))?;
            let (beside, towards) = if end < start { (low - 6, HPos::Right) } else { (high + 6, HPos::Left) };
            text(&root, &write(*value), (beside, middle), (towards, VPos::Center))?;
        }
        line(&root, [(start, ROW), (start, height - 6)], INK)?;
        root.present().ok()?;
    }
    Some(themed(&svg, title))
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slower_bar_has_another_colour_and_long_names_are_cut() {
        let svg = bars("t", &[("fast".into(), 2.0), ("slow".repeat(20), 0.5)]).unwrap();
        assert!(svg.contains("var(--s0)") && svg.contains("var(--s1)"), "{svg}");
        assert!(svg.contains("2.00x") && svg.contains("0.50x") && svg.contains('…'), "{svg}");
        assert!(bars("t", &[]).is_none() && amounts("t", &[]).is_none());
        assert!(amounts("t", &[("a".into(), 16.0), ("b".into(), 24.5)]).unwrap().contains("24.5"));
    }
}
