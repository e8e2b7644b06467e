//! What a value of a schema looks like, as far as reading and writing text needs to know.

use indexmap::IndexMap;

use crate::openapi::SchemaRef;

/// A set of JSON types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// `null`
    pub const NULL: Self = Self(1);
    /// `boolean`
    pub const BOOLEAN: Self = Self(2);
    /// `integer`
    pub const INTEGER: Self = Self(4);
    /// `number`
    pub const NUMBER: Self = Self(8);
    /// `string`
    pub const STRING: Self = Self(16);
    /// `array`
    pub const ARRAY: Self = Self(32);
    /// `object`
    pub const OBJECT: Self = Self(64);
    /// Every type: a schema that does not say.
    pub const ANY: Self = Self(127);

    /// True if one of `other`'s types is in the set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The types of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// True if there is no type in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a value of a schema looks like, one level deep.
///
/// Branches of `anyOf` and `oneOf` are united, those of `allOf` intersected; `$ref`s are followed.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The types it may have; [`Types::ANY`] if the schema does not say.
    pub types: Types,
    /// The schema of array items.
    pub items: Option<SchemaRef>,
    /// The schemas of known properties, in document order.
    pub properties: IndexMap<String, SchemaRef>,
    /// The schema of other properties, if it is one.
    pub additional: Option<SchemaRef>,
    /// Names of required properties.
    pub required: Vec<String>,
    /// `format`.
    pub format: Option<String>,
    /// `contentMediaType`
    pub content_media_type: Option<String>,
    /// `contentEncoding`
    pub content_encoding: Option<String>,
    /// `default`, if there is one.
    pub default: Option<serde_json::Value>,
    /// The `xml` object.
    pub xml: XmlNote,
}

/// The `xml` object of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlNote {
    /// `name`
    pub name: Option<String>,
    /// `namespace`
    pub namespace: Option<String>,
    /// `prefix`
    pub prefix: Option<String>,
    /// `attribute`
    pub attribute: bool,
    /// `wrapped`
    pub wrapped: bool,
    /// 3.2: `nodeType`
    pub node_type: Option<String>,
}
