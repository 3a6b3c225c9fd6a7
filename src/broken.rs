//! What a visitor is told when the page breaks: a sentence and a way to begin again.
//!
//! A panic ends the WebAssembly program (`panic = "abort"`); the page that it drew stays and would
//! look as if it were paused. The sentence is built without Yew, which may be what broke, and its
//! way out is a plain link to the same address, which needs no code to run.

use std::panic::PanicHookInfo;

const SENTENCE: &str = "Something in Reroute broke, and the laboratory stands still. \
     What broke is in the browser's console.";

/// Tells of every panic, in the console and on the page.
pub(crate) fn watch() {
    // Yew would put a hook of its own in the place of one that it does not know of.
    yew::set_custom_panic_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        console_error_panic_hook::hook(panic);
        // Nothing more can be done where there is no page to write on.
        let _ = tell();
    }));
}

fn tell() -> Option<()> {
    let document = web_sys::window()?.document()?;
    let body = document.body()?;
    if body.query_selector(".stopped").ok()?.is_some() {
        return None;
    }
    let place = document.create_element("div").ok()?;
    place.set_class_name("stopped");
    place.set_attribute("role", "alert").ok()?;
    let sentence = document.create_element("p").ok()?;
    sentence.set_text_content(Some(SENTENCE));
    let again = document.create_element("a").ok()?;
    again.set_attribute("href", "").ok()?;
    again.set_text_content(Some("Reload the page"));
    place.append_child(&sentence).ok()?;
    place.append_child(&again).ok()?;
    body.append_child(&place).ok()?;
    Some(())
}
