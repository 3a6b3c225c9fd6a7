//! Settings of a part as a file has them, each with what it may be: made from the same table.

use super::heading;
use crate::lab::{capitalised, use_changes, use_lab};
use crate::markup::{Element, button, el, group, part, yes};
use crate::panels::fields::{Choice, ChoiceProps, Switch, SwitchProps};
use simulation::file::sheet::{Entry, Row, Subject, Workload};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Whose.
    pub(super) subject: Subject,
    /// Which, with spaces between: those so named, or belonging to what is; none is all.
    pub(super) only: &'static str,
    /// What they are together, if they are hidden until they are asked for.
    pub(super) title: &'static str,
}

/// Settings of a subject; see [`Props`].
pub(super) fn sheet(subject: Subject, only: &'static str, title: &'static str) -> Html {
    part::<Sheet>(Props {
        subject,
        only,
        title,
    })
}

/// Whether a setting is one of those named, or belongs to one.
fn wanted(only: &str, path: &str) -> bool {
    only.is_empty()
        || only.split(' ').any(|name| {
            let rest = path.strip_prefix(name);
            rest.is_some_and(|rest| {
                rest.is_empty() || name.ends_with('.') || rest.starts_with(['.', '['])
            })
        })
}

/// The settings; drawn again only when they change.
#[component]
pub(super) fn Sheet(props: &Props) -> Html {
    let lab = use_lab();
    let open = use_state(|| props.title.is_empty());
    let refused = use_state(|| None::<(String, String)>);
    let set = {
        let (subject, refused) = (props.subject.clone(), refused.clone());
        Callback::from(move |(row, text): (Row, String)| {
            let done = match subject.set(&row.path, &text) {
                Ok(action) => action.is_none_or(|action| lab.act(action)),
                Err(sentence) => {
                    lab.notice(capitalised(
                        &[&row.label(), " of ", &subject.name(), ": ", &sentence].concat(),
                    ));
                    false
                }
            };
            refused.set((!done).then_some((row.path, text)));
        })
    };
    let rows = if *open {
        props.subject.rows()
    } else {
        Vec::new()
    };
    let rows = rows
        .into_iter()
        .filter(|row| wanted(props.only, &row.path))
        .map(|row| {
            let bad = refused.as_ref().filter(|(path, _)| *path == row.path);
            field(row, bad.map(|(_, text)| text.as_str()), &set)
        });
    let rows = el("div").class("fields sheet").each(rows);
    if props.title.is_empty() {
        return rows.html();
    }
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let more = button("do more")
        .attr("aria-expanded", yes(*open))
        .on_click(onclick)
        .with(props.title);
    group().with(more).with(rows).html()
}

/// One of them.
fn field(row: Row, refused: Option<&str>, set: &Callback<(Row, String)>) -> Element {
    let label = row.label();
    let id = ["set-", &row.path].concat();
    let style = format!("--depth:{}", row.depth);
    let emit = {
        let row = row.clone();
        set.reform(move |text: String| (row.clone(), text))
    };
    let described = [&id, "-is"].concat();
    let explained = (!row.doc.is_empty()).then(|| {
        let stop = if row.doc.ends_with('.') { "" } else { "." };
        el("p")
            .attr("id", described.clone())
            .class("explained")
            .with([row.doc, stop].concat())
    });
    let control = match row.entry {
        Entry::Heading => el("h4").with(label).html(),
        Entry::Switch => part::<Switch>(SwitchProps {
            label: label.into(),
            on: row.value == "true",
            set: emit.reform(|on: bool| on.to_string()),
        }),
        Entry::OneOf(names) => {
            let value = names.iter().find(|name| **name == row.value);
            let options: Vec<_> = names.iter().map(|name| (*name, shown(name))).collect();
            part::<Choice>(ChoiceProps {
                id: id.into(),
                label: label.into(),
                options,
                value: value.copied().unwrap_or_default(),
                set: emit,
            })
        }
        Entry::Text(range) => {
            let onchange = emit
                .reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().value());
            let value = refused.map_or(row.value, str::to_owned);
            let label = el("label")
                .attr("for", &id)
                .with(label)
                .with(el("small").with(range));
            let input = el("input")
                .attr("id", id)
                .attr("type", "text")
                .attr("autocomplete", "off")
                .value(value)
                .attr("aria-invalid", refused.map(|_| "true"))
                .attr("aria-describedby", explained.is_some().then_some(described))
                .on_change(onchange);
            el("div")
                .class("field")
                .class_if(refused.is_some(), "field-refused")
                .with(label)
                .with(el("span").class("field-value").with(input))
                .html()
        }
    };
    el("div")
        .key(row.path)
        .attr("style", style)
        .with(control)
        .with(explained)
}

/// A name of the file as a person reads it.
fn shown(name: &'static str) -> AttrValue {
    match name {
        "fifo" => "FIFO".into(),
        "lifo" => "LIFO".into(),
        _ => name.replace('-', " ").into(),
    }
}

/// How all clients call, and what.
#[component]
pub(super) fn CallSheets() -> Html {
    let lab = use_lab();
    use_changes();
    let (policy, workload) = lab.read(|world| (world.call_policy(), world.workload().to_vec()));
    group()
        .with(heading("All clients"))
        .with(sheet(Subject::Calls(policy), "", "How they call…"))
        .with(sheet(
            Subject::Workload(Workload(workload)),
            "",
            "What they call…",
        ))
        .html()
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn a_setting_is_wanted_by_its_name_or_by_what_it_belongs_to() {
        assert!(wanted("", "cores"));
        assert!(wanted("ejection", "ejection"));
        assert!(wanted("ejection", "ejection.base_time"));
        assert!(wanted("criticality", "criticality[0].level"));
        assert!(!wanted("max_attempts", "max_attempts_all"));
        assert!(!wanted("policy.", "policy"));
        assert!(wanted("policy.", "policy.decay"));
    }
}
