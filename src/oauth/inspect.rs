//! Looking at tokens that exist: introspection, revocation, userinfo.

use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::{
    authority::{Answered, Authority, secret_json},
    batch::{Batch, Use},
    form::Form,
    refusal::Refusal,
};
use crate::{
    message::Response,
    session::{Ending, Token},
};

/// Claims that belong to the token and not to the user.
const OF_THE_TOKEN: [&str; 4] = ["account", "auth_time", "client_id", "iss"];

impl Authority<'_> {
    /// What is known of a token (RFC 7662). Nobody is asked who they are.
    pub(super) fn introspect(&self) -> Answered {
        let form = Form::of(self.request)?;
        form.once()?;
        form.client(self.request)?;
        let token = self.issued(form.need("token")?).filter(|token| token.is_live(self.now_ms));
        let body = token.map_or_else(|| json!({"active": false}), |token| self.described(token));
        Ok((secret_json(StatusCode::OK, &body), Vec::new()))
    }

    fn described(&self, token: &Token) -> Value {
        let claims = &token.holder.claims;
        let mut body = Map::new();
        body.insert("active".to_owned(), json!(true));
        body.insert("scope".to_owned(), json!(token.holder.scopes.as_deref().unwrap_or_default().join(" ")));
        let told = [("client_id", "client_id"), ("username", "account"), ("sub", "sub"), ("iss", "iss")];
        for (name, claim) in told {
            body.extend(claims.get(claim).map(|value| (name.to_owned(), value.clone())));
        }
        if self.schemes().any(|scheme| *scheme == *token.kind.name) {
            body.insert("token_type".to_owned(), json!("Bearer"));
        }
        body.extend(token.expires_ms.map(|expires| ("exp".to_owned(), json!(expires / 1_000))));
        body.insert("iat".to_owned(), json!(token.issued_ms / 1_000));
        Value::Object(body)
    }

    /// Ends a token and all that follow from the same login (RFC 7009). A token that nobody knows is as good as ended.
    pub(super) fn revoke(&self) -> Answered {
        let form = Form::of(self.request)?;
        form.once()?;
        form.client(self.request)?;
        let mut batch = Batch::new(self);
        if let Some(token) = self.issued(form.need("token")?) {
            batch.end_family(token, Ending::Revoked);
        }
        Ok((Response::new(StatusCode::OK), batch.into_changes()))
    }

    /// An access or refresh token that was issued here, whether it still lives or not.
    fn issued(&self, value: &str) -> Option<&Token> {
        let token = self.state.tokens.get(value).filter(|token| *token.kind.api == self.contract.api.id)?;
        let is_ours =
            |scheme: &str| [Use::Access, Use::Refresh].into_iter().any(|usage| *usage.kind(scheme) == *token.kind.name);
        self.schemes().any(is_ours).then_some(token)
    }

    /// What is said about the user (OpenID Connect Core 1.0, section 5.3).
    pub(super) fn userinfo(&self) -> Answered {
        let field = self.request.header(header::AUTHORIZATION).and_then(|field| field.trim().split_once(' '));
        let Some((_, sent)) = field.filter(|(word, _)| word.eq_ignore_ascii_case("bearer")) else {
            let missing = "send the access token as Authorization: Bearer";
            return Err(Refusal::bearer(StatusCode::UNAUTHORIZED, "invalid_token", missing));
        };
        let Some(token) = self.live_access_token(sent.trim()) else {
            let unknown = "the token was never issued in this session, or is over";
            return Err(Refusal::bearer(StatusCode::UNAUTHORIZED, "invalid_token", unknown));
        };
        if !token.holder.scopes.iter().flatten().any(|scope| scope == "openid") {
            let lacking = "the token lacks the scope openid";
            return Err(Refusal::bearer(StatusCode::FORBIDDEN, "insufficient_scope", lacking));
        }
        let claims = token.holder.claims.iter().filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str()));
        let body: Map<String, Value> = claims.map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok((secret_json(StatusCode::OK, &Value::Object(body)), Vec::new()))
    }
}

#[cfg(test)]
mod tests;
