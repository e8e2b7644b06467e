//! How far a request is from the operations that it was perhaps meant for.

use http::Method;

use super::nearest::{measured, segments};
use crate::contract::{Contract, OperationId};

/// Cost of the most that a path can be wrong before it counts as another one altogether.
const FAR: f64 = 24.0;
/// Part of the distance that another method adds.
const METHOD: f64 = 0.25;

/// An operation that a request nearly met.
#[derive(Clone, Debug, PartialEq)]
pub struct NearMiss {
    /// The operation.
    pub operation: OperationId,
    /// From 0, the same, to 1, nothing in common.
    pub distance: f64,
    /// What would have to be different in the request, a sentence each.
    pub differs: Vec<String>,
}

impl Contract {
    /// The operations that a request for `method` and `path` came nearest to, best first, at most `count`.
    ///
    /// Of the operations of one path, the one with the method counts, else the first.
    pub fn near_misses(&self, method: &Method, path: &str, count: usize) -> Vec<NearMiss> {
        let operations = &self.api.operations;
        let paths = operations.iter().enumerate().map(|(index, operation)| (index, operation.path.as_str()));
        let found = measured(path, paths, count);
        let mut near: Vec<NearMiss> = found
            .into_iter()
            .filter_map(|(cost, first)| {
                let template = operations.get(first)?.path.as_str();
                let same = operations.iter().position(|it| it.path == template && it.method == *method);
                let has_method = same.is_some();
                let index = same.unwrap_or(first);
                let distance = (f64::from(cost) / FAR).min(1.0 - METHOD) + if has_method { 0.0 } else { METHOD };
                let mut differs = path_differences(path, template);
                if !has_method {
                    let all = operations.iter().filter(|it| it.path == template).map(|it| it.method.as_str());
                    let all = all.collect::<Vec<_>>().join(", ");
                    differs.push(format!("the method is {method}, the path has {all}"));
                }
                Some(NearMiss { operation: OperationId(u32::try_from(index).ok()?), distance, differs })
            })
            .collect();
        near.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        near
    }
}

/// The segments that differ, as sentences.
fn path_differences(path: &str, template: &str) -> Vec<String> {
    let (sent, described): (Vec<&str>, Vec<&str>) = (segments(path).collect(), segments(template).collect());
    if sent.len() != described.len() {
        return vec![format!("the path has {} segments, `{template}` has {}", sent.len(), described.len())];
    }
    let pairs = sent.iter().zip(&described).zip(1..);
    let wrong = pairs.filter(|((sent, described), _)| sent != described && !described.contains('{'));
    wrong.map(|((sent, described), number)| format!("segment {number} is `{sent}`, not `{described}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::fixture::contract;

    #[test]
    fn says_what_differs() {
        let contract = contract("pets", &["GET /pets", "POST /pets", "GET /pets/{id}/toys"]);
        let near = |method: Method, path: &str| -> Vec<(u32, Vec<String>)> {
            let found = contract.near_misses(&method, path, 2);
            assert!(found.is_sorted_by(|a, b| a.distance <= b.distance));
            assert!(found.iter().all(|it| (0.0..=1.0).contains(&it.distance)));
            found.into_iter().map(|it| (it.operation.0, it.differs)).collect()
        };
        assert_eq!(near(Method::POST, "/pet")[0], (1, vec!["segment 1 is `pet`, not `pets`".to_owned()]));
        assert_eq!(near(Method::PUT, "/pets")[0], (0, vec!["the method is PUT, the path has GET, POST".to_owned()]));
        assert_eq!(near(Method::GET, "/pets/7/tosy")[0], (2, vec!["segment 3 is `tosy`, not `toys`".to_owned()]));
        let longer = near(Method::GET, "/pets/7");
        assert!(longer[0].1[0].starts_with("the path has 2 segments, "), "{longer:?}");
    }
}
