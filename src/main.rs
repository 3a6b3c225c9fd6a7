//! The page: everything that knows a screen.
#![forbid(unsafe_code)]

mod address;
mod app;
mod bridge;
mod broken;
mod clock;
mod files;
mod guidance;
mod lab;
mod markup;
mod order;
mod panels;
mod shell;
mod stage;
mod story;
mod svg;

fn main() {
    broken::watch();
    yew::Renderer::<app::App>::new().render();
}
