//! The laboratory in components: what hands it to them, and what renders them again.

use super::Lab;
use yew::prelude::*;

/// The laboratory that [`App`](crate::app::App) hands down.
#[hook]
#[expect(
    clippy::expect_used,
    reason = "App wraps every component in the provider"
)]
pub(crate) fn use_lab() -> Lab {
    use_context::<Lab>().expect("App provides the laboratory")
}

/// Renders the component again at each pulse: six times a second while time passes, and at once
/// when something was done.
#[hook]
pub(crate) fn use_pulse() -> u64 {
    use_pulses(1)
}

/// Renders the component again when something was done, and not as time passes.
#[hook]
pub(crate) fn use_changes() {
    use_pulses(u64::MAX);
}

/// Renders the component again at every so many pulses, and at once when something was done.
#[hook]
pub(crate) fn use_pulses(every: u64) -> u64 {
    let lab = use_lab();
    let pulse = use_state_eq(|| (0u64, 0u64));
    let setter = pulse.setter();
    use_effect_with(lab, move |lab| {
        let version = lab.versions();
        let handle = lab.on_pulse(move |number| setter.set((number / every, version())));
        move || drop(handle)
    });
    pulse.0
}
