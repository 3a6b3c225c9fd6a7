//! The page: everything that knows a screen.
#![forbid(unsafe_code)]

mod address;
mod app;
mod bridge;
mod clock;
mod lab;
mod panels;
mod shell;
mod stage;
mod story;

fn main() {
    console_error_panic_hook::set_once();
    yew::Renderer::<app::App>::new().render();
}
