//! Settings of a part as a file has them, each with what it may be: made from the same table.

use crate::lab::{capitalised, use_changes, use_lab};
use crate::panels::fields::{Choice, Switch};
use simulation::file::sheet::{Entry, Row, Subject, Workload};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Whose.
    pub(super) subject: Subject,
    /// Which, with spaces between: those so named, or belonging to what is; none is all.
    #[prop_or_default]
    pub(super) only: &'static str,
    /// What they are together, if they are hidden until they are asked for.
    #[prop_or_default]
    pub(super) title: &'static str,
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
    let rows = html! {
        <div class="fields sheet">
            { for rows.into_iter().filter(|row| wanted(props.only, &row.path)).map(|row| {
                let bad = refused.as_ref().filter(|(path, _)| *path == row.path);
                field(row, bad.map(|(_, text)| text.as_str()), &set)
            }) }
        </div>
    };
    if props.title.is_empty() {
        return rows;
    }
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <>
            <button type="button" class="do more" aria-expanded={open.to_string()} {onclick}>{ props.title }</button>
            { rows }
        </>
    }
}

/// One of them.
fn field(row: Row, refused: Option<&str>, set: &Callback<(Row, String)>) -> Html {
    let label = row.label();
    let id = ["set-", &row.path].concat();
    let style = format!("--depth:{}", row.depth);
    let emit = {
        let row = row.clone();
        set.reform(move |text: String| (row.clone(), text))
    };
    let control = match row.entry {
        Entry::Heading => html! { <h4>{ label }</h4> },
        Entry::Switch => {
            html! { <Switch {label} on={row.value == "true"} set={emit.reform(|on: bool| on.to_string())} /> }
        }
        Entry::OneOf(names) => {
            let value = names.iter().find(|name| **name == row.value);
            let options: Vec<_> = names.iter().map(|name| (*name, shown(name))).collect();
            html! { <Choice {id} {label} {options} value={value.copied().unwrap_or_default()} set={emit} /> }
        }
        Entry::Text(range) => {
            let onchange = emit
                .reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().value());
            let class = classes!("field", refused.map(|_| "field-refused"));
            let value = refused.map_or(row.value, str::to_owned);
            html! {
                <div {class}>
                    <label for={id.clone()}>{ label }<small>{ range }</small></label>
                    <span class="field-value"><input {id} type="text" autocomplete="off" {value} aria-invalid={refused.map(|_| "true")} {onchange} /></span>
                </div>
            }
        }
    };
    html! { <div key={row.path} {style}>{ control }</div> }
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
    html! {
        <>
            <h3>{ "All clients" }</h3>
            <Sheet title="How they call…" subject={Subject::Calls(policy)} />
            <Sheet title="What they call…" subject={Subject::Workload(Workload(workload))} />
        </>
    }
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
