//! Keywords whose schemas are no promise about the value: `not`, `if`, and `contains` where its matches are counted.

use crate::diff::schema::site::Site;

pub(super) fn compare(site: &mut Site<'_, '_>) {
    for keyword in site.turned {
        let text = match *keyword {
            "not" => "what `not` excludes is not the same",
            "if" => "the values for which `then` and `else` hold are not the same",
            _ => "the items that `contains` counts are not the same",
        };
        site.say(&format!("{keyword}-changed"), keyword, text);
    }
}
