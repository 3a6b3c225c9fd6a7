//! The width of text in the page's own fonts.
//!
//! Widths are remembered. To set a canvas's font makes the browser resolve every style that is
//! still open, which took 11 ms of each render when it was done for each label.

use super::text::{Estimate, Measure};
use std::cell::RefCell;
use web_sys::CanvasRenderingContext2d;

/// Widths that are remembered before all are forgotten: several times the texts of a large stage.
const REMEMBERED: usize = 600;

/// A font by the bits of its size and whether it is bold, and a text.
type Key = (u64, bool, String);

/// Measures text with the page's own fonts.
#[derive(Default)]
pub(crate) struct Fonts {
    on: Option<CanvasRenderingContext2d>,
    /// In order of the keys: a sorted list is a tenth of a map's code.
    known: RefCell<Vec<(Key, f64)>>,
}

impl Fonts {
    /// Measures with a canvas from now on.
    pub(crate) fn measure_on(&mut self, canvas: CanvasRenderingContext2d) {
        self.on = Some(canvas);
        self.known.borrow_mut().clear();
    }

    fn measured(&self, text: &str, size: f64, bold: bool) -> Option<f64> {
        let canvas = self.on.as_ref()?;
        let weight = if bold { 650 } else { 400 };
        canvas.save();
        canvas.set_font(&format!("{weight} {size}px {FONTS}"));
        let width = canvas
            .measure_text(text)
            .ok()
            .map(|metrics| metrics.width());
        canvas.restore();
        // A halo of a pixel on either side.
        width.map(|width| width + 2.0)
    }
}

impl Measure for Fonts {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        // Figures are tabular: numbers of as many digits are equally wide.
        let text = text.replace(|letter: char| letter.is_ascii_digit(), "0");
        let key = (size.to_bits(), bold, text);
        let place = self
            .known
            .borrow()
            .binary_search_by(|(known, _)| known.cmp(&key));
        let place = match place {
            Ok(index) => return self.known.borrow()[index].1,
            Err(place) => place,
        };
        let width = self
            .measured(&key.2, size, bold)
            .unwrap_or_else(|| Estimate.width(&key.2, size, bold));
        let mut known = self.known.borrow_mut();
        if known.len() >= REMEMBERED {
            known.clear();
            known.push((key, width));
        } else {
            known.insert(place, (key, width));
        }
        width
    }
}

/// The page's fonts, as in base.css.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
