// The authorization server of npm `oidc-provider`, on a free loopback port, for one run of the check.
// Prints `READY URL` when it listens and ends when its standard input does.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'interop-native',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      {
        client_id: 'interop-web',
        client_secret: 'interop-web-secret-0123456789',
        redirect_uris: ['http://127.0.0.1/callback'],
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
      userinfo: { enabled: true },
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    ttl: { AccessToken: 3600, RefreshToken: 86400 },
  });
  let tokenRequests = 0;
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url === '/interop/token-requests') {
      response.end(String(tokenRequests));
      return;
    }
    if (request.method === 'POST' && request.url === '/token') {
      tokenRequests += 1;
    }
    handle(request, response);
  });
  console.log(`READY ${issuer}`);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
