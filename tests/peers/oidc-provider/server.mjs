// A real OpenID provider for the tests: npm's oidc-provider with two people and an interaction without a browser.
//
//   CLIENT_JWKS='{"keys": [...]}' node server.mjs      the public keys of the client named "key"
//
// prints {"issuer": "http://127.0.0.1:PORT"} and serves until its standard input closes. Who signs in is said by
// the login form: POST {uid}/login with account, acr and amr; POST {uid}/confirm; POST {uid}/abort.

import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const people = {
  erika: {
    name: 'Erika Mustermann', given_name: 'Erika', family_name: 'Mustermann', birthdate: '1984-08-12',
    email: 'erika@mustermann.example', email_verified: true,
    address: { locality: 'Musterstadt', country: 'UTO' }, phone_number: '+15550123',
  },
  max: { name: 'Max Mustermann', email: 'max@mustermann.example', email_verified: false },
};

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const client = (id, more) => ({
  client_id: id,
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback'], // any port, RFC 8252
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  ...more,
});

const provider = new Provider(issuer, {
  clients: [
    client('public'),
    client('secret', { token_endpoint_auth_method: 'client_secret_basic', client_secret: 's3cret+:%' }),
    client('post', { token_endpoint_auth_method: 'client_secret_post', client_secret: 's3cret+:%' }),
    client('signed', { userinfo_signed_response_alg: 'RS256' }),
    client('pairwise', { subject_type: 'pairwise' }),
    client('key', { token_endpoint_auth_method: 'private_key_jwt', jwks: JSON.parse(process.env.CLIENT_JWKS) }),
  ],
  subjectTypes: ['public', 'pairwise'],
  pairwiseIdentifier: (_, accountId, { clientId }) => Buffer.from(`${clientId}.${accountId}`).toString('hex'),
  pkce: { required: () => true },
  claims: {
    openid: ['sub', 'acr', 'amr', 'auth_time'],
    profile: ['name', 'given_name', 'family_name', 'birthdate'],
    email: ['email', 'email_verified'], address: ['address'], phone: ['phone_number'],
  },
  acrValues: ['idbb:acr:static-code', 'idbb:acr:linked-wallet'],
  features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  cookies: { keys: ['for tests'] },
  ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 300, Session: 300, Grant: 300 },
});

async function form(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return Object.fromEntries(new URLSearchParams(body));
}

async function granted(details) {
  const { prompt, params, session, grantId } = details;
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  return { consent: { grantId: await grant.save() } };
}

async function interact(request, response) {
  const step = request.url.split('/').pop();
  const details = await provider.interactionDetails(request, response);
  if (step === 'login') {
    const { account, acr, amr } = await form(request);
    const login = { accountId: account, remember: false, acr: acr || undefined, amr: amr ? amr.split(' ') : undefined };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  }
  if (step === 'confirm') {
    return provider.interactionFinished(request, response, await granted(details), { mergeWithLastSubmission: true });
  }
  if (step === 'abort') {
    const no = { error: 'access_denied', error_description: 'the person said no' };
    return provider.interactionFinished(request, response, no, { mergeWithLastSubmission: false });
  }
  response.setHeader('content-type', 'application/json');
  return response.end(JSON.stringify({ prompt: details.prompt.name }));
}

const answer = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return interact(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
console.log(JSON.stringify({ issuer }));
