//! Vectors of three numbers; just what cells and frames need.

/// `a · b`.
pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (a[0] * b[0] + a[1] * b[1]) + a[2] * b[2]
}

/// `a × b`.
pub(crate) fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The length of `a`.
pub(crate) fn length(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

/// The determinant of the matrix with these rows.
pub(crate) fn determinant(rows: &[[f64; 3]; 3]) -> f64 {
    dot(rows[0], cross(rows[1], rows[2]))
}

/// `a` scaled to length 1, without overflow on the way.
pub(crate) fn unit(a: [f64; 3]) -> [f64; 3] {
    let largest = a.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let scaled = a.map(|x| x / largest);
    let norm = length(scaled);
    scaled.map(|x| x / norm)
}
