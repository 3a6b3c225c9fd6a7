//! The keys, as the help lists them. Those of the stage are declared where they are handled.

use crate::markup::{Element, el, group};
use crate::stage;

/// Keys that work wherever the focus is, but in a field.
const EVERYWHERE: [(&str, &str); 2] = [
    ("Ctrl Z", "take the last change back"),
    ("Ctrl Shift Z", "make it again"),
];

/// The tables of keys.
pub(super) fn tables() -> Element {
    group()
        .with(el("h3").with("Everywhere"))
        .with(table(&EVERYWHERE))
        .with(el("h3").with("While the stage has the focus"))
        .with(table(&stage::KEYS))
}

#[inline(never)]
fn table(keys: &[(&'static str, &'static str)]) -> Element {
    let rows = keys.iter().map(|(key, does)| {
        el("tr")
            .with(el("th").attr("scope", "row").with(el("kbd").with(*key)))
            .with(el("td").with(*does))
    });
    el("table").class("keys").with(el("tbody").each(rows))
}
