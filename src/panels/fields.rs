//! Fields of the inspector: a label, a number with its unit, and a slider for a rough hand.
//!
//! A field keeps what is being typed or dragged as its draft, so that a pulse never overwrites
//! it, and hands on one value when the hand is done.

use super::format::{number, parse};
use crate::lab::use_lab;
use crate::markup::el;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The stretch of a slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Slider {
    /// From, to, and the step.
    Even(f64, f64, f64),
    /// From (above 0) to; each step multiplies.
    Log(f64, f64),
}

/// Steps of a logarithmic slider.
const LOG_STEPS: f64 = 100.0;

impl Slider {
    /// Attributes: least, most, step.
    fn track(self) -> (f64, f64, f64) {
        match self {
            Self::Even(from, to, step) => (from, to, step),
            Self::Log(..) => (0.0, LOG_STEPS, 1.0),
        }
    }

    /// Where the thumb stands for a value; at an end if the value is beyond.
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Even(from, to, _) => value.clamp(from, to),
            Self::Log(from, to) => {
                let share = libm::log(value.clamp(from, to) / from) / libm::log(to / from);
                libm::round(share * LOG_STEPS)
            }
        }
    }

    /// The value at a place of the thumb, to two digits on a logarithmic track.
    fn value(self, place: f64) -> f64 {
        match self {
            Self::Even(..) => place,
            Self::Log(from, to) => {
                let exact = from * libm::pow(to / from, place / LOG_STEPS);
                let unit = libm::pow(10.0, libm::floor(libm::log10(exact)) - 1.0);
                (libm::round(exact / unit) * unit).clamp(from, to)
            }
        }
    }
}

/// A number to be set.
#[derive(Properties, PartialEq)]
pub(crate) struct FieldProps {
    /// Names the input, unique on the page.
    pub(crate) id: &'static str,
    /// What it is, as its label says.
    pub(crate) label: &'static str,
    /// Of which node or link, for the sentence that refuses a value.
    pub(crate) of: AttrValue,
    /// Its unit; may be empty.
    pub(crate) unit: &'static str,
    /// As it stands.
    pub(crate) value: f64,
    /// The least that is taken.
    pub(crate) min: f64,
    /// The most that is taken.
    pub(crate) max: f64,
    /// Whole numbers only.
    pub(crate) whole: bool,
    /// A slider below, if a rough hand helps.
    pub(crate) slider: Option<Slider>,
    /// What to do with a new value within the range.
    pub(crate) set: Callback<f64>,
}

/// The value in a text, or the sentence that refuses it.
fn read(props: &FieldProps, text: &str) -> Result<f64, String> {
    let kind = if props.whole {
        "a whole number"
    } else {
        "a number"
    };
    let unit = if props.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", props.unit)
    };
    let refuse = |what: String| {
        format!(
            "{} of {} must be {kind} from {} to {}{unit}; {what} is not.",
            props.label,
            props.of,
            number(props.min),
            number(props.max)
        )
    };
    // A unit may be typed too.
    let text = text.trim();
    match parse(text.strip_suffix(props.unit).unwrap_or(text)) {
        None if text.trim().is_empty() => Err(refuse("what was typed".to_owned())),
        None => Err(refuse(format!("“{text}”"))),
        Some(value) if !(props.min..=props.max).contains(&value) => Err(refuse(number(value))),
        Some(value) if props.whole && libm::round(value) != value => Err(refuse(number(value))),
        Some(value) => Ok(value),
    }
}

/// A number with its label and unit.
#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    let lab = use_lab();
    let draft = use_state(|| None::<String>);
    let shown = draft
        .as_deref()
        .map_or_else(|| number(props.value), str::to_owned);
    let refused = draft
        .as_deref()
        .is_some_and(|text| read(props, text).is_err());
    let typed = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| {
            draft.set(Some(
                event.target_unchecked_into::<HtmlInputElement>().value(),
            ))
        })
    };
    let done = {
        let (draft, value, set) = (draft.clone(), props.value, props.set.clone());
        let read = {
            let props = FieldProps {
                slider: None,
                set: Callback::noop(),
                of: props.of.clone(),
                ..*props
            };
            move |text: &str| read(&props, text)
        };
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            match read(&text) {
                Ok(new) => {
                    draft.set(None);
                    if new != value {
                        set.emit(new);
                    }
                }
                // The draft stays, to be mended.
                Err(sentence) => {
                    draft.set(Some(text));
                    lab.notice(sentence);
                }
            }
        })
    };
    let given_up = {
        let draft = draft.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && draft.is_some() {
                event.stop_propagation();
                draft.set(None);
            }
        })
    };
    let slider = props.slider.map(|slider| {
        let (min, max, step) = slider.track();
        let standing = draft.as_deref().and_then(parse).unwrap_or(props.value);
        let place = slider.place(standing);
        let value_of = move |input: &HtmlInputElement| slider.value(input.value_as_number());
        let dragged = {
            let draft = draft.clone();
            Callback::from(move |event: InputEvent| {
                draft.set(Some(number(value_of(&event.target_unchecked_into()))))
            })
        };
        let let_go = {
            let (draft, value, set) = (draft.clone(), props.value, props.set.clone());
            Callback::from(move |event: Event| {
                let new = value_of(&event.target_unchecked_into());
                draft.set(None);
                if new != value {
                    set.emit(new);
                }
            })
        };
        let share = (place - min) / (max - min) * 100.0;
        let words = format!("{} {}", number(standing), props.unit);
        el("input")
            .attr("type", "range")
            .class("field-slider")
            .attr("style", format!("--share:{share:.1}%"))
            .attr("min", min.to_string())
            .attr("max", max.to_string())
            .attr("step", step.to_string())
            .value(place.to_string())
            .attr("aria-label", props.label)
            .attr("aria-valuetext", words.trim_end().to_owned())
            .on_input(dragged)
            .on_change(let_go)
    });
    let input = el("input")
        .attr("id", props.id)
        .attr("type", "text")
        .attr("autocomplete", "off")
        .value(shown)
        .attr("inputmode", if props.whole { "numeric" } else { "decimal" })
        .attr("aria-invalid", refused.then_some("true"))
        .on_input(typed)
        .on_change(done)
        .on_key(given_up);
    let unit = (!props.unit.is_empty()).then(|| el("span").class("field-unit").with(props.unit));
    el("div")
        .class("field")
        .class_if(refused, "field-refused")
        .with(el("label").attr("for", props.id).with(props.label))
        .with(el("span").class("field-value").with(input).with(unit))
        .with(slider)
        .html()
}

/// One of several.
#[derive(Properties, PartialEq)]
pub(crate) struct ChoiceProps {
    /// Names the select, unique on the page.
    pub(crate) id: AttrValue,
    /// Its label.
    pub(crate) label: AttrValue,
    /// The options: a key and a name each.
    pub(crate) options: Vec<(&'static str, AttrValue)>,
    /// The key that stands.
    pub(crate) value: &'static str,
    /// What to do with a chosen key.
    pub(crate) set: Callback<String>,
}

/// A select with its label.
#[component]
pub(crate) fn Choice(props: &ChoiceProps) -> Html {
    let set = props.set.clone();
    let onchange = Callback::from(move |event: Event| {
        set.emit(event.target_unchecked_into::<HtmlSelectElement>().value())
    });
    let select = use_node_ref();
    {
        // The attribute says only what stood first: once a hand has chosen, the property counts.
        let select = select.clone();
        use_effect_with(props.value, move |value| {
            if let Some(select) = select.cast::<HtmlSelectElement>() {
                select.set_value(value);
            }
        });
    }
    let options = props.options.iter().map(|(key, name)| {
        el("option")
            .attr("value", *key)
            .flag("selected", *key == props.value)
            .with(name)
    });
    el("div")
        .class("field field-choice")
        .with(el("label").attr("for", &props.id).with(&props.label))
        .with(
            el("select")
                .attr("id", &props.id)
                .bind(&select)
                .on_change(onchange)
                .each(options),
        )
        .html()
}

/// Something on or off.
#[derive(Properties, PartialEq)]
pub(crate) struct SwitchProps {
    /// What.
    pub(crate) label: AttrValue,
    /// Whether it is on.
    pub(crate) on: bool,
    /// What to do when it is switched.
    pub(crate) set: Callback<bool>,
}

/// A checkbox with its label.
#[component]
pub(crate) fn Switch(props: &SwitchProps) -> Html {
    let set = props.set.clone();
    let onchange = Callback::from(move |event: Event| {
        set.emit(event.target_unchecked_into::<HtmlInputElement>().checked())
    });
    el("label")
        .class("switch")
        .with(
            el("input")
                .attr("type", "checkbox")
                .checked(props.on)
                .on_change(onchange),
        )
        .with(el("span").with(&props.label))
        .html()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_reaches_both_its_ends() {
        let slider = Slider::Log(0.05, 4.0);
        assert_eq!([slider.value(0.0), slider.value(LOG_STEPS)], [0.05, 4.0]);
        assert_eq!([slider.place(0.01), slider.place(9.0)], [0.0, LOG_STEPS]);
        assert_eq!(Slider::Even(1.0, 16.0, 1.0).place(64.0), 16.0);
    }

    #[test]
    fn a_value_stays_near_its_place() {
        let slider = Slider::Log(0.05, 4.0);
        for place in 0..=100 {
            let there = slider.place(slider.value(f64::from(place)));
            assert!(
                (there - f64::from(place)).abs() <= 1.0,
                "{place} came back as {there}"
            );
        }
    }

    #[test]
    fn a_unit_may_be_typed_too() {
        let props = FieldProps {
            id: "latency",
            label: "Latency",
            of: "the link".into(),
            unit: "ms",
            value: 1.0,
            min: 0.0,
            max: 60_000.0,
            whole: false,
            slider: None,
            set: Callback::noop(),
        };
        for text in ["20", "20ms", " 20 ms "] {
            assert_eq!(read(&props, text), Ok(20.0), "{text}");
        }
        assert!(read(&props, "20 s").is_err());
    }

    #[test]
    fn a_refusal_names_the_field_and_its_range() {
        let props = FieldProps {
            id: "cores",
            label: "Cores",
            of: "server-3".into(),
            unit: "",
            value: 1.0,
            min: 1.0,
            max: 64.0,
            whole: true,
            slider: None,
            set: Callback::noop(),
        };
        assert_eq!(read(&props, "4"), Ok(4.0));
        let refused = |what: &str| {
            Err(format!(
                "Cores of server-3 must be a whole number from 1 to 64; {what} is not."
            ))
        };
        assert_eq!(
            [
                read(&props, "99"),
                read(&props, "1.5"),
                read(&props, "x"),
                read(&props, "")
            ],
            [
                refused("99"),
                refused("1.5"),
                refused("“x”"),
                refused("what was typed")
            ]
        );
    }
}
