//! The SCALE types of sealed messages, read from the types themselves: whoever changes one changes the description.

use std::collections::BTreeMap;

use chainflix_primitives::api::{OpenSession, Reply, Request, SealedProviderKey};
use chainflix_primitives::heartbeat::SignedSignOfLife;
use chainflix_primitives::missing::{Absences, AbsencesRequest};
use chainflix_primitives::news::ViewChange;
use chainflix_primitives::plays::{PlaysPage, SignedPlaysRequest};
use scale_info::{Field, PortableRegistry, Registry, TypeDef, form::PortableForm, meta_type};
use serde_json::{Value, json};

/// All types that a message is made of, by name.
pub(super) fn all() -> Value {
    let mut registry = Registry::new();
    registry.register_type(&meta_type::<OpenSession>());
    registry.register_type(&meta_type::<Request>());
    registry.register_type(&meta_type::<Reply>());
    registry.register_type(&meta_type::<ViewChange>());
    registry.register_type(&meta_type::<SealedProviderKey>());
    registry.register_type(&meta_type::<SignedPlaysRequest>());
    registry.register_type(&meta_type::<PlaysPage>());
    registry.register_type(&meta_type::<AbsencesRequest>());
    registry.register_type(&meta_type::<Absences>());
    registry.register_type(&meta_type::<SignedSignOfLife>());
    let types: PortableRegistry = registry.into();
    let mut found = BTreeMap::new();
    for entry in &types.types {
        let Some(name) = entry.ty.path.ident() else {
            continue;
        };
        // Those are written where they are used.
        if ["Option", "BoundedVec"].contains(&name.as_str()) {
            continue;
        }
        let shape = match &entry.ty.type_def {
            TypeDef::Composite(composite) => json!({ "fields": fields(&types, &composite.fields) }),
            TypeDef::Variant(variants) => {
                let variants = variants.variants.iter().map(|variant| {
                    json!({
                        "index": variant.index,
                        "name": variant.name,
                        "fields": fields(&types, &variant.fields),
                    })
                });
                json!({ "variants": variants.collect::<Vec<_>>() })
            }
            _ => continue,
        };
        found.insert(name, shape);
    }
    json!(found)
}

fn fields(types: &PortableRegistry, fields: &[Field<PortableForm>]) -> Vec<Value> {
    let shown = fields.iter().map(|field| {
        let of = name_of(types, field.ty.id);
        match &field.name {
            Some(name) => json!({ "name": name, "type": of }),
            None => json!({ "type": of }),
        }
    });
    shown.collect()
}

/// A type as it is written in Rust; a bounded vector is a vector on the wire.
fn name_of(types: &PortableRegistry, id: u32) -> String {
    let Some(of) = types.resolve(id) else {
        return String::new();
    };
    let ident = of.path.ident();
    match (&of.type_def, ident.as_deref()) {
        (TypeDef::Variant(_), Some("Option")) => {
            let inner = of.type_params.first().and_then(|param| param.ty);
            let inner = inner.map(|inner| name_of(types, inner.id));
            format!("Option<{}>", inner.unwrap_or_default())
        }
        (TypeDef::Composite(bounded), Some("BoundedVec")) => {
            let inner = bounded.fields.first();
            inner.map_or_else(String::new, |inner| name_of(types, inner.ty.id))
        }
        (TypeDef::Array(array), _) => {
            format!("[{}; {}]", name_of(types, array.type_param.id), array.len)
        }
        (TypeDef::Sequence(sequence), _) => {
            format!("Vec<{}>", name_of(types, sequence.type_param.id))
        }
        (TypeDef::Tuple(tuple), _) => {
            let parts: Vec<String> = tuple
                .fields
                .iter()
                .map(|field| name_of(types, field.id))
                .collect();
            format!("({})", parts.join(", "))
        }
        (TypeDef::Compact(compact), _) => {
            format!("Compact<{}>", name_of(types, compact.type_param.id))
        }
        (TypeDef::Primitive(primitive), _) => format!("{primitive:?}").to_lowercase(),
        (_, Some(name)) => name.to_owned(),
        (_, None) => String::new(),
    }
}
