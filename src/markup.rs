//! Elements made by calls: `html!` writes out each element anew, at some hundred bytes a time.
//!
//! [`el`] begins an element and [`Element::html`] ends it. What is generic here is a name for calls
//! that are not, so that an element costs the page its words and a few bytes for each of them.

use indexmap::IndexMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, InputEvent, KeyboardEvent, MouseEvent};
use yew::html::BaseComponent;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, Key, Listener, ListenerKind, VComp, VList, VTag, VText,
};
use yew::{AttrValue, Callback, Html, NodeRef};

/// An element in the making, or a few without one around them.
pub(crate) struct Element(Box<Parts>);

#[derive(Default)]
struct Parts {
    /// Empty: what is within stands without an element around it.
    tag: &'static str,
    classes: Vec<&'static str>,
    attributes: IndexMap<AttrValue, AttributeOrProperty>,
    value: Option<AttrValue>,
    checked: Option<bool>,
    listeners: Vec<Rc<dyn Listener>>,
    key: Option<Key>,
    node: NodeRef,
    within: Vec<Html>,
}

/// Begins an element.
#[inline(never)]
pub(crate) fn el(tag: &'static str) -> Element {
    Element(Box::new(Parts {
        tag,
        ..Parts::default()
    }))
}

/// Begins a few nodes after each other.
pub(crate) fn group() -> Element {
    el("")
}

/// A button that sends no form.
#[inline(never)]
pub(crate) fn button(class: &'static str) -> Element {
    el("button").attr("type", "button").class(class)
}

/// The head of a table's column.
#[inline(never)]
pub(crate) fn column(name: &'static str) -> Element {
    el("th").attr("scope", "col").with(name)
}

/// A component.
#[inline(never)]
pub(crate) fn part<C: BaseComponent>(props: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(props), None).into()
}

/// A component with a key: another key makes it anew.
#[inline(never)]
pub(crate) fn keyed<C: BaseComponent>(key: Key, props: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(props), Some(key)).into()
}

/// How attributes say yes and no.
pub(crate) const fn yes(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}

impl Element {
    /// A class, or several with spaces between; none if it is empty.
    #[inline(never)]
    pub(crate) fn class(mut self, name: &'static str) -> Self {
        if !name.is_empty() {
            self.0.classes.push(name);
        }
        self
    }

    /// A class that it has only if.
    #[inline(never)]
    pub(crate) fn class_if(self, has: bool, name: &'static str) -> Self {
        if has { self.class(name) } else { self }
    }

    /// An attribute.
    #[inline(always)]
    pub(crate) fn attr(self, name: &'static str, value: impl Value) -> Self {
        value.set(self, name)
    }

    /// An attribute that stands or does not.
    #[inline(never)]
    pub(crate) fn flag(self, name: &'static str, stands: bool) -> Self {
        if stands { self.attr(name, name) } else { self }
    }

    /// What stands in an input, whatever has been typed since.
    pub(crate) fn value(mut self, value: impl Into<AttrValue>) -> Self {
        self.0.value = Some(value.into());
        self
    }

    /// Whether a checkbox is on, whatever has been clicked since.
    pub(crate) fn checked(mut self, on: bool) -> Self {
        self.0.checked = Some(on);
        self
    }

    /// Tells it from its neighbours, wherever it stands among them.
    pub(crate) fn key(mut self, key: impl Into<Key>) -> Self {
        self.0.key = Some(key.into());
        self
    }

    /// Binds it to a reference.
    #[inline(never)]
    pub(crate) fn bind(mut self, node: &NodeRef) -> Self {
        self.0.node = node.clone();
        self
    }

    /// What stands within, after what does already. `None` keeps its place for what may come.
    #[inline(always)]
    pub(crate) fn with(self, child: impl Child) -> Self {
        child.join(self)
    }

    /// A list within, which is one child: what follows keeps its place however long it is.
    pub(crate) fn each<C: Child>(self, children: impl IntoIterator<Item = C>) -> Self {
        self.with(list(children))
    }

    /// Hears of events of a kind. `kind` makes it: a copy of one would be a branch for each.
    #[inline(never)]
    pub(crate) fn on<E: JsCast + 'static>(
        mut self,
        kind: fn() -> ListenerKind,
        callback: Callback<E>,
    ) -> Self {
        self.0.listeners.push(Rc::new(Hears { kind, callback }));
        self
    }

    /// Hears of clicks.
    #[inline(never)]
    pub(crate) fn on_click(self, callback: Callback<MouseEvent>) -> Self {
        self.on(|| ListenerKind::onclick, callback)
    }

    /// Hears of what was changed.
    #[inline(never)]
    pub(crate) fn on_change(self, callback: Callback<Event>) -> Self {
        self.on(|| ListenerKind::onchange, callback)
    }

    /// Hears of what is being changed.
    #[inline(never)]
    pub(crate) fn on_input(self, callback: Callback<InputEvent>) -> Self {
        self.on(|| ListenerKind::oninput, callback)
    }

    /// Hears of keys.
    #[inline(never)]
    pub(crate) fn on_key(self, callback: Callback<KeyboardEvent>) -> Self {
        self.on(|| ListenerKind::onkeydown, callback)
    }

    /// Ends it.
    #[inline(never)]
    pub(crate) fn html(self) -> Html {
        let element = match self.0.classes[..] {
            [] => self,
            [class] => self.attr("class", class),
            _ => {
                let classes = self.0.classes.join(" ");
                self.attr("class", classes)
            }
        };
        let mut parts = *element.0;
        if parts.tag.is_empty() {
            return VList::with_children(parts.within, parts.key).into();
        }
        let mut tag = VTag::new(parts.tag);
        if !parts.attributes.is_empty() {
            tag.attributes = Attributes::IndexMap(Rc::new(parts.attributes));
        }
        if let Some(value) = parts.value {
            tag.set_value(value);
        }
        if let Some(on) = parts.checked {
            tag.set_checked(on);
        }
        if !parts.listeners.is_empty() {
            tag.set_listeners(parts.listeners.into_iter().map(Some).collect());
        }
        tag.key = parts.key;
        tag.node_ref = parts.node;
        if let Some(children) = tag.children_mut() {
            *children = match parts.within.len() {
                1 => parts.within.pop().unwrap_or_default(),
                _ => VList::with_children(parts.within, None).into(),
            };
        }
        tag.into()
    }
}

impl From<Element> for Html {
    fn from(element: Element) -> Self {
        element.html()
    }
}

/// Some nodes after each other, as one.
pub(crate) fn list<C: Child>(children: impl IntoIterator<Item = C>) -> Element {
    let mut list = group();
    for child in children {
        list = list.with(child);
    }
    list
}

/// What an attribute can be set to.
pub(crate) trait Value {
    /// Sets it.
    fn set(self, element: Element, name: &'static str) -> Element;
}

impl Value for &'static str {
    #[inline(never)]
    fn set(self, element: Element, name: &'static str) -> Element {
        AttrValue::Static(self).set(element, name)
    }
}

impl Value for AttrValue {
    #[inline(never)]
    fn set(self, mut element: Element, name: &'static str) -> Element {
        let value = AttributeOrProperty::Attribute(self);
        element.0.attributes.insert(AttrValue::Static(name), value);
        element
    }
}

impl Value for &AttrValue {
    #[inline(never)]
    fn set(self, element: Element, name: &'static str) -> Element {
        self.clone().set(element, name)
    }
}

impl Value for String {
    #[inline(never)]
    fn set(self, element: Element, name: &'static str) -> Element {
        AttrValue::from(self).set(element, name)
    }
}

impl Value for &String {
    #[inline(never)]
    fn set(self, element: Element, name: &'static str) -> Element {
        self.clone().set(element, name)
    }
}

impl<V: Value> Value for Option<V> {
    fn set(self, element: Element, name: &'static str) -> Element {
        match self {
            Some(value) => value.set(element, name),
            None => element,
        }
    }
}

/// What can stand within an element.
pub(crate) trait Child {
    /// Puts it there, last.
    fn join(self, element: Element) -> Element;
}

impl Child for Html {
    #[inline(never)]
    fn join(self, mut element: Element) -> Element {
        element.0.within.push(self);
        element
    }
}

impl Child for Element {
    #[inline(never)]
    fn join(self, element: Element) -> Element {
        self.html().join(element)
    }
}

impl Child for AttrValue {
    #[inline(never)]
    fn join(self, element: Element) -> Element {
        Html::VText(VText::new(self)).join(element)
    }
}

impl Child for &AttrValue {
    #[inline(never)]
    fn join(self, element: Element) -> Element {
        self.clone().join(element)
    }
}

impl Child for &'static str {
    #[inline(never)]
    fn join(self, element: Element) -> Element {
        AttrValue::Static(self).join(element)
    }
}

impl Child for String {
    #[inline(never)]
    fn join(self, element: Element) -> Element {
        AttrValue::from(self).join(element)
    }
}

impl Child for &String {
    #[inline(never)]
    fn join(self, element: Element) -> Element {
        self.clone().join(element)
    }
}

impl<C: Child> Child for Option<C> {
    fn join(self, element: Element) -> Element {
        match self {
            Some(child) => child.join(element),
            None => Html::default().join(element),
        }
    }
}

/// Hears of events of one kind.
struct Hears<E> {
    kind: fn() -> ListenerKind,
    callback: Callback<E>,
}

impl<E: JsCast> Listener for Hears<E> {
    fn kind(&self) -> ListenerKind {
        (self.kind)()
    }

    fn handle(&self, event: Event) {
        self.callback.emit(event.unchecked_into());
    }

    // Of the page's events none is one that scrolls, for which a passive listener would be quicker.
    fn passive(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(html: &Html) -> &VTag {
        match html {
            Html::VTag(tag) => tag,
            other => panic!("{other:?} is no element"),
        }
    }

    #[test]
    fn an_element_has_what_it_was_given() {
        let html = button("do")
            .class_if(true, "more")
            .class_if(false, "less")
            .class("")
            .flag("disabled", true)
            .flag("hidden", false)
            .attr("title", None::<String>)
            .attr("id", "one".to_owned())
            .html();
        let mut attributes: Vec<_> = tag(&html).attributes.iter().collect();
        attributes.sort_unstable();
        assert_eq!(
            attributes,
            [
                ("class", "do more"),
                ("disabled", "disabled"),
                ("id", "one"),
                ("type", "button")
            ]
        );
    }

    #[test]
    fn inputs_keep_their_value_and_their_check_apart() {
        let html = el("input").value("7").checked(true).html();
        let input = tag(&html);
        assert_eq!(input.value().map(AttrValue::as_str), Some("7"));
        assert_eq!(input.checked(), Some(true));
        assert_eq!(input.attributes.iter().count(), 0);
    }

    #[test]
    fn what_may_come_and_lists_keep_the_place_of_what_follows() {
        for several in [0, 1, 3] {
            let html = el("p")
                .with((several > 1).then(|| el("b")))
                .each((0..several).map(|_| el("i")))
                .with("after")
                .html();
            let Some(Html::VList(children)) = tag(&html).children() else {
                panic!("{html:?} has no list");
            };
            assert_eq!(children.len(), 3);
            assert!(matches!(children[2], Html::VText(_)));
        }
    }

    #[test]
    fn keys_tell_neighbours_apart() {
        let html = list([1_u64, 2].map(|key| el("li").key(key))).html();
        let Html::VList(items) = html else {
            panic!("{html:?} is no list");
        };
        assert!(items.iter().all(Html::has_key));
    }
}
