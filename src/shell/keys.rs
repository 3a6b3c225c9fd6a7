//! The keys, as the help lists them. Those of the stage are declared where they are handled.

use crate::stage;
use yew::prelude::*;

/// Keys that work wherever the focus is, but in a field.
const EVERYWHERE: [(&str, &str); 2] = [
    ("Ctrl Z", "take the last change back"),
    ("Ctrl Shift Z", "make it again"),
];

/// The tables of keys.
pub(super) fn tables() -> Html {
    let rows = |keys: &mut dyn Iterator<Item = (String, String)>| -> Html {
        keys.map(|(key, does)| html! { <tr><th scope="row"><kbd>{ key }</kbd></th><td>{ does }</td></tr> })
            .collect()
    };
    let everywhere = rows(
        &mut EVERYWHERE
            .iter()
            .map(|(key, does)| ((*key).to_owned(), (*does).to_owned())),
    );
    let on_stage = rows(
        &mut stage::KEYS
            .iter()
            .map(|key| (key.0.to_owned(), key.1.to_owned())),
    );
    html! {
        <>
            <h3>{ "Everywhere" }</h3>
            <table class="keys"><tbody>{ everywhere }</tbody></table>
            <h3>{ "While the stage has the focus" }</h3>
            <table class="keys"><tbody>{ on_stage }</tbody></table>
        </>
    }
}
