use countersign_flow::{Authorization, Authorize, Error, RequestView};
use countersign_token::{Secret, TokenSet};
use countersign_wire::flow::Env;
use http::HeaderName;

const FIELD: HeaderName = HeaderName::from_static("x-goog-user-project");

/// Another way to authorize, with the project that the call is charged to (`x-goog-user-project`).
///
/// ```
/// use countersign_flow::Bearer;
/// use countersign_google::QuotaProject;
///
/// let authorize = QuotaProject::new("demo-project", Bearer::new());
/// # drop(authorize);
/// ```
#[derive(Clone, Debug)]
pub struct QuotaProject<A> {
    project: String,
    authorize: A,
}

impl<A: Authorize> QuotaProject<A> {
    /// The same, charged to this project.
    pub fn new(project: impl Into<String>, authorize: A) -> Self {
        Self { project: project.into(), authorize }
    }
}

impl<A: Authorize> Authorize for QuotaProject<A> {
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        let project = Secret::new(self.project.as_str());
        self.authorize.authorize(request, tokens, env)?.with_header(FIELD, &project)
    }
}
