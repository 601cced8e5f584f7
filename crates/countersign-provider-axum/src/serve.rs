use core::{future::IntoFuture, pin::pin, time::Duration};

use tokio::net::TcpListener;

use crate::{Error, ErrorKind, Service};

/// How long requests that are under way may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(1);

/// Serves until `stop` is ready, then lets what is under way finish for a second.
///
/// # Errors
/// [`ErrorKind::Serve`] when connections can no longer be accepted.
pub async fn serve<S>(listener: TcpListener, service: Service, stop: S) -> Result<(), Error>
where
    S: Future<Output = ()> + Send + 'static,
{
    let (told, mut hears) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, service.router()).with_graceful_shutdown(async move {
        stop.await;
        told.send_replace(true);
    });
    let mut server = pin!(server.into_future());
    let late = async {
        // A sender that is gone means the server ended by itself, which the other branch tells.
        if hears.wait_for(|told| *told).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            core::future::pending::<()>().await;
        }
    };
    let mut late = pin!(late);
    core::future::poll_fn(|context| {
        if let core::task::Poll::Ready(ended) = server.as_mut().poll(context) {
            return core::task::Poll::Ready(ended.map_err(|error| Error::io(ErrorKind::Serve, error)));
        }
        late.as_mut().poll(context).map(Ok)
    })
    .await
}
