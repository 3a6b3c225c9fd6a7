//! SVG elements made by calls: `html!` writes out each element anew, at some hundred bytes a time.

use yew::{AttrValue, Html, html};

/// A coordinate as it is written.
pub(crate) fn px(value: f64) -> AttrValue {
    format!("{value:.1}").into()
}

/// A path.
#[inline(never)]
pub(crate) fn path(class: &'static str, d: AttrValue) -> Html {
    html! { <path {class} {d} /> }
}

/// A path whose description is written here.
pub(crate) fn mark(class: &'static str, d: &'static str) -> Html {
    path(class, AttrValue::Static(d))
}

/// A circle around the origin.
#[inline(never)]
pub(crate) fn circle(class: &'static str, r: &'static str) -> Html {
    html! { <circle {class} {r} /> }
}

/// A rectangle.
#[inline(never)]
pub(crate) fn rect(
    class: &'static str,
    fill: Option<&'static str>,
    [x, y, width, height]: [f64; 4],
) -> Html {
    html! { <rect {class} {fill} x={px(x)} y={px(y)} width={px(width)} height={px(height)} /> }
}

/// A square around the origin, stood on its corner.
#[inline(never)]
pub(crate) fn diamond(half: f64, round: &'static str) -> Html {
    html! {
        <rect class="stage-shape" x={px(-half)} y={px(-half)} width={px(2.0 * half)} height={px(2.0 * half)} rx={round} transform="rotate(45)" />
    }
}

/// Words at a place.
#[inline(never)]
pub(crate) fn text(class: &'static str, x: f64, y: f64, words: AttrValue) -> Html {
    html! { <text {class} x={px(x)} y={px(y)}>{ words }</text> }
}

/// Some elements together, moved.
#[inline(never)]
pub(crate) fn group(class: Option<&'static str>, transform: AttrValue, within: Html) -> Html {
    html! { <g {class} {transform}>{ within }</g> }
}

/// Some elements after each other.
#[inline(never)]
pub(crate) fn all(parts: Vec<Html>) -> Html {
    parts.into_iter().collect()
}
