//! How large shapes are, and where a LAN's screens are on it.

use super::figures::Kind;
use super::geometry::{Point, point};

/// The most screens that are drawn on a LAN.
const MOST_SCREENS: usize = 12;

/// Half the width and half the height of a kind's shape.
pub(crate) fn half_size(kind: Kind, clients: usize, scale: f64) -> Point {
    let (x, y) = match kind {
        Kind::Lan => {
            let (columns, rows) = grid(clients.min(most_screens(scale)));
            let more = if clients > MOST_SCREENS && most_screens(scale) == MOST_SCREENS {
                5.0
            } else {
                0.0
            };
            (
                26.0 + 0.5 * pitch(scale) * columns as f64 - columns as f64,
                22.0 + 10.5 * rows as f64 + more,
            )
        }
        Kind::Router => (19.0, 19.0),
        Kind::Isp => (27.0, 27.0),
        Kind::Balancer => (28.0, 31.0),
        Kind::Server => (27.0, 27.0),
    };
    // Small shapes keep what makes them legible.
    let scale = if kind == Kind::Lan {
        scale
    } else {
        scale.max(0.52)
    };
    point(x * scale, y * scale)
}

fn most_screens(scale: f64) -> usize {
    if scale < 0.72 { 6 } else { MOST_SCREENS }
}

/// From one screen of a LAN to the next.
fn pitch(scale: f64) -> f64 {
    if scale < 0.72 { 34.0 } else { 29.0 }
}

/// Columns and rows of a LAN's screens.
fn grid(screens: usize) -> (usize, usize) {
    match screens {
        0..=3 => (screens.max(1), 1),
        4..=6 => (screens.div_ceil(2), 2),
        7..=8 => (4, 2),
        9 => (3, 3),
        _ => (4, 3),
    }
}

/// Where a LAN's screens are, from its centre: rows from the top, the shorter ones centred. With
/// them, where the number of clients beyond is written.
pub(crate) fn screens(clients: u32, scale: f64) -> (Vec<Point>, Option<Point>) {
    let (clients, most) = (clients as usize, most_screens(scale));
    let shown = clients.min(most).max(1);
    // Where many are drawn, the number stands under them; where few are, in place of the last.
    let under = clients > most && most == MOST_SCREENS;
    let lift = if under { -7.0 * scale } else { 0.0 };
    let (_, rows) = grid(shown);
    let mut places = Vec::with_capacity(shown);
    for row in 0..rows {
        // The first rows take what does not divide evenly.
        let count = shown / rows + usize::from(row < shown % rows);
        for column in 0..count {
            places.push(point(
                (column as f64 - (count as f64 - 1.0) / 2.0) * pitch(scale) * scale,
                (row as f64 - (rows as f64 - 1.0) / 2.0) * 23.0 * scale + lift,
            ));
        }
    }
    let beyond = if under {
        Some(point(
            0.0,
            (rows as f64 - 1.0) * 11.5 * scale + lift + 20.0 * scale,
        ))
    } else if clients > most {
        places.pop()
    } else {
        None
    };
    (places, beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lan_says_how_many_screens_it_does_not_show() {
        let (large, beyond) = screens(20, 1.0);
        assert_eq!((large.len(), beyond.is_some()), (12, true));
        let (small, beyond) = screens(20, 0.5);
        assert_eq!((small.len(), beyond.is_some()), (5, true));
        assert_eq!(screens(3, 0.5).1, None);
    }
}
