//! The parts of a scenario and their fields: the one table that reading, writing and the schema use.

mod actions;
mod calls;
mod health;
mod network;
mod policy;
mod protection;
mod scenario;
mod servers;

use super::form::{Form, Fresh, Meta, Part, record};

/// A part of one kind: its name in the schema, its default, its fields.
macro_rules! record_part {
    ($type:ty, $name:literal, $default:expr, $fields:ident) => {
        impl super::Fresh for $type {
            fn fresh() -> Self {
                $default
            }
        }
        impl super::Part for $type {
            fn meta(&self) -> &'static super::Meta {
                static META: super::Meta = super::record($name);
                &META
            }
            fn reset(&mut self, _: usize) {
                *self = $default;
            }
            fn like(&self, _: usize) -> Box<dyn super::Part> {
                let fresh: $type = $default;
                Box::new(fresh)
            }
            fn fields(&mut self, form: &mut dyn super::Form) {
                $fields(self, form);
            }
        }
    };
}

/// A part of several kinds: its name in the schema, the field that says which, whether a kind may
/// stand alone, the kinds' names, which it is, one of a kind, its fields.
macro_rules! kinds_part {
    ($type:ty, $name:literal, $tag:literal, $bare:literal, $names:expr, $kind:ident, $make:ident, $fields:ident) => {
        impl super::Fresh for $type {
            fn fresh() -> Self {
                $make(0)
            }
        }
        impl super::Part for $type {
            fn meta(&self) -> &'static super::Meta {
                static META: super::Meta = super::Meta {
                    name: $name,
                    tag: $tag,
                    kinds: $names,
                    bare: $bare,
                };
                &META
            }
            fn kind(&self) -> usize {
                $kind(self)
            }
            fn reset(&mut self, kind: usize) {
                *self = $make(kind);
            }
            fn like(&self, kind: usize) -> Box<dyn super::Part> {
                let fresh: $type = $make(kind);
                Box::new(fresh)
            }
            fn fields(&mut self, form: &mut dyn super::Form) {
                $fields(self, form);
            }
        }
    };
}
use {kinds_part, record_part};
