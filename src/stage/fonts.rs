//! The width of text in the page's own fonts.

use super::text::{Estimate, Measure};
use std::cell::Cell;
use web_sys::CanvasRenderingContext2d;

/// Measures text with the page's own fonts.
pub(crate) struct Fonts<'a> {
    on: &'a CanvasRenderingContext2d,
    /// The font that is set: setting one costs more than measuring with it.
    set: Cell<Option<(u64, bool)>>,
}

impl<'a> Fonts<'a> {
    pub(crate) fn new(on: &'a CanvasRenderingContext2d) -> Self {
        on.save();
        Self {
            on,
            set: Cell::new(None),
        }
    }
}

impl Drop for Fonts<'_> {
    fn drop(&mut self) {
        self.on.restore();
    }
}

impl Measure for Fonts<'_> {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let font = (size.to_bits(), bold);
        if self.set.get() != Some(font) {
            let weight = if bold { 650 } else { 400 };
            self.on.set_font(&format!("{weight} {size}px {FONTS}"));
            self.set.set(Some(font));
        }
        match self.on.measure_text(text) {
            // A halo of a pixel on either side.
            Ok(metrics) => metrics.width() + 2.0,
            Err(_) => Estimate.width(text, size, bold),
        }
    }
}

/// The page's fonts, as in base.css.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
