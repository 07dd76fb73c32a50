//! The radial distribution function as an SVG.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::rdf::Rdf;

/// One colour a curve, readable by the colour-blind (after Okabe and Ito); black is for all species.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Draws all curves, and the running number of neighbours on an axis of its own.
pub(crate) fn draw(rdf: &Rdf, title: &str, path: &Path) -> Result<(), Box<dyn Error>> {
    let farthest = rdf.width * rdf.running.len() as f64;
    let highest = rdf.curves.iter().flat_map(|curve| &curve.values).fold(0.0, |a: f64, &b| a.max(b)).max(1.0);
    let most = rdf.running.last().copied().unwrap_or_default().max(1.0);
    let root = SVGBackend::new(path, (900, 540)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 22))
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(60)
        .right_y_label_area_size(60)
        .build_cartesian_2d(0.0..farthest, 0.0..highest * 1.05)?
        .set_secondary_coord(0.0..farthest, 0.0..most * 1.05);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_desc("r / Å")
        .y_desc(if rdf.normalised { "g(r)" } else { "neighbours per Å" })
        .label_style(("sans-serif", 15))
        .draw()?;
    chart
        .configure_secondary_axes()
        .y_desc("neighbours nearer than r")
        .label_style(("sans-serif", 15))
        .draw()?;

    for (index, (curve, &colour)) in rdf.curves.iter().zip(COLOURS.iter().cycle()).enumerate() {
        // The sum of all stays visible around its parts.
        let stroke = if index == 0 { 3 } else { 1 };
        let steps = curve.values.iter().enumerate().flat_map(|(bin, &value)| {
            let start = bin as f64 * rdf.width;
            [(start, value), (start + rdf.width, value)]
        });
        chart
            .draw_series(LineSeries::new(steps, colour.stroke_width(stroke)))?
            .label(curve.name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(stroke)));
    }
    let grey = RGBColor(140, 140, 140);
    let running = rdf.running.iter().enumerate().map(|(bin, &count)| ((bin + 1) as f64 * rdf.width, count));
    chart
        .draw_secondary_series(LineSeries::new(running, grey.stroke_width(1)))?
        .label("neighbours nearer than r")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], grey.stroke_width(1)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperMiddle)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font(("sans-serif", 15))
        .draw()?;
    root.present()?;
    Ok(())
}
