//! What is around the stage: the head of the page, the palette, the transport, what just happened.

mod dialog;
mod embed;
mod head;
mod icons;
mod keys;
mod palette;
mod story_card;
mod strip;
mod summary;
mod transport;

pub(crate) use dialog::{Dialog, Props as DialogProps};
pub(crate) use embed::EmbedBar;
pub(crate) use head::Head;
pub(crate) use palette::Palette;
pub(crate) use story_card::{Notice, StoryCard};
pub(crate) use strip::Strip;
pub(crate) use summary::Summary;
pub(crate) use transport::Transport;
