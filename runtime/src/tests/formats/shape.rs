//! Types written out as what their encoding is made of: names, indices, lengths and order, down to the primitive types.

use scale_info::{Field, MetaType, TypeDef, form::MetaForm};
use std::collections::BTreeMap;

/// Names that were given to types, and what is behind each.
#[derive(Default)]
pub(super) struct Shapes {
    names: BTreeMap<MetaType, String>,
    shapes: BTreeMap<String, Vec<String>>,
}

impl Shapes {
    /// The type as the place shows it where it is used. What is behind its name, and behind the names in that, is in
    /// [`Self::lines`].
    pub(super) fn name(&mut self, ty: &MetaType) -> String {
        let info = ty.type_info();
        match &info.type_def {
            TypeDef::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
            TypeDef::Sequence(list) => format!("[{}]", self.name(&list.type_param)),
            TypeDef::Array(list) => format!("[{}; {}]", self.name(&list.type_param), list.len),
            TypeDef::Compact(number) => format!("compact {}", self.name(&number.type_param)),
            TypeDef::BitSequence(bits) => format!("bits of {}", self.name(&bits.bit_store_type)),
            TypeDef::Tuple(tuple) => {
                let parts: Vec<String> = tuple.fields.iter().map(|part| self.name(part)).collect();
                format!("({})", parts.join(", "))
            }
            // A bound is no part of the encoding: the bytes that an item may take tell of it.
            TypeDef::Composite(bounded)
                if info.path.namespace().first() == Some(&"bounded_collections") =>
            {
                let inner: Vec<String> = bounded
                    .fields
                    .iter()
                    .map(|field| self.name(&field.ty))
                    .collect();
                inner.join(", ")
            }
            TypeDef::Composite(_) | TypeDef::Variant(_) => self.named(ty),
        }
    }

    /// The name of a structure or of a choice, with its shape noted.
    fn named(&mut self, ty: &MetaType) -> String {
        if let Some(known) = self.names.get(ty) {
            return known.clone();
        }
        let info = ty.type_info();
        let parameters = info.type_params.iter().filter_map(|parameter| parameter.ty);
        let parameters: Vec<String> = parameters.map(|parameter| self.name(&parameter)).collect();
        let mut name = info.path.ident().unwrap_or("unnamed").to_owned();
        if !parameters.is_empty() {
            name = format!("{name}<{}>", parameters.join(", "));
        }
        // `Option<T>` says it all.
        if name.starts_with("Option<") {
            return name;
        }
        // A call is kept as bytes: a later runtime may not know it, and says so. Its shape changes with every release.
        if name == "RuntimeCall" {
            return name;
        }
        // Two types of one name stay apart.
        while self.shapes.contains_key(&name) {
            name.push('\'');
        }
        self.names.insert(*ty, name.clone());
        self.shapes.insert(name.clone(), Vec::new());
        let shape = match &info.type_def {
            TypeDef::Variant(choice) => choice
                .variants
                .iter()
                .map(|variant| {
                    let fields = self.fields(&variant.fields).join(", ");
                    format!("{} {} {{{fields}}}", variant.index, variant.name).replace(" {}", "")
                })
                .collect(),
            TypeDef::Composite(structure) => self.fields(&structure.fields),
            _ => Vec::new(),
        };
        self.shapes.insert(name.clone(), shape);
        name
    }

    fn fields(&mut self, fields: &[Field<MetaForm>]) -> Vec<String> {
        let mut shown = Vec::new();
        for field in fields {
            let ty = self.name(&field.ty);
            shown.push(
                field
                    .name
                    .map_or(ty.clone(), |name| format!("{name}: {ty}")),
            );
        }
        shown
    }

    /// Every name with its shape, by name.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, shape) in &self.shapes {
            lines.push(format!("  {name} is"));
            lines.extend(shape.iter().map(|part| format!("    {part}")));
        }
        lines
    }
}
