// A wallet for the tests, made of others' libraries: @openid4vc/openid4vp speaks, @sd-jwt/sd-jwt-vc shows, dcql
// looks whether there is what is asked for, jose signs and encrypts. It trusts whoever asks.
//
// One command a line on standard input, one answer a line on standard output:
//
//   {"link", "credentials": [...], "lies": {...}}     ->  {"status", "body", "question", "answer"} | {"error"}
//
// A credential is {"claims", "open": [names that are always shown], "key": JWK, "x5c": [...], "typ", "apart": true
// for one that another key holds than the others'}. Lies replace what an honest wallet would say: nonce, aud, iat,
// holder ("another key"), vpToken, state, more (names shown without being asked for), less (names not shown),
// refuses (an error of OAuth), clear (that error unencrypted), resend (an answer of before), keep (do not send).

import { createHash, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import { setGlobalConfig } from '@openid4vc/utils';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { DcqlQuery } from 'dcql';
import { CompactEncrypt, CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, importX509 } from 'jose';

setGlobalConfig({ allowInsecureUrls: true });

const sha = (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest();
const holder = await generateKeyPair('ES256');
const another = await generateKeyPair('ES256');
const apart = await generateKeyPair('ES256');
const keyOf = (credential) => (credential.apart ? apart : holder);

// What signs a JWS that is handed over as "header.payload".
const signer = (key) => async (data) => {
  const [header, payload] = data.split('.').map((part) => Buffer.from(part, 'base64url'));
  const jws = await new CompactSign(payload).setProtectedHeader(JSON.parse(header)).sign(key);
  if (!jws.startsWith(`${data}.`)) throw new Error('the header was written in another way');
  return jws.split('.')[2];
};

async function issued(credential) {
  const { claims, open = [], key, x5c, typ } = credential;
  const issuer = new SDJwtVcInstance({
    hasher: sha, hashAlg: 'sha-256', saltGenerator: (length) => randomBytes(length).toString('base64url'),
    signer: signer(await importJWK(key, 'ES256')), signAlg: 'ES256',
  });
  const hidden = Object.keys(claims).filter((name) => !open.includes(name));
  const payload = { ...claims, cnf: { jwk: await exportJWK(keyOf(credential).publicKey) } };
  return issuer.issue(payload, { _sd: hidden }, { header: { x5c, ...(typ ? { typ } : {}) } });
}

async function shown(held, query, question, lies) {
  const names = query.claims.map(({ path }) => path[0]);
  const chosen = [...names, ...(lies.more ?? [])].filter((name) => !(lies.less ?? []).includes(name));
  const key = lies.holder ? another.privateKey : keyOf(held).privateKey;
  const holderOf = new SDJwtVcInstance({ hasher: sha, hashAlg: 'sha-256', kbSigner: signer(key), kbSignAlg: 'ES256' });
  const payload = {
    iat: lies.iat ?? Math.floor(Date.now() / 1000),
    aud: lies.aud ?? question.client_id,
    nonce: lies.nonce ?? question.nonce,
  };
  const told = Object.fromEntries(chosen.map((name) => [name, true]));
  return holderOf.present(await issued(held), told, { kb: { payload } });
}

const client = new Openid4vpClient({
  callbacks: {
    hash: sha,
    fetch,
    generateRandom: (length) => randomBytes(length),
    async verifyJwt(by, { compact }) {
      const certificate = `-----BEGIN CERTIFICATE-----\n${by.x5c[0]}\n-----END CERTIFICATE-----`;
      const key = await importX509(certificate, by.alg);
      await compactVerify(compact, key);
      return { verified: true, signerJwk: await exportJWK(key) };
    },
    getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
    async encryptJwe({ publicJwk, alg, enc, apu, apv }, data) {
      const jwe = new CompactEncrypt(Buffer.from(data)).setProtectedHeader({ alg, enc, kid: publicJwk.kid });
      jwe.setKeyManagementParameters({
        ...(apu ? { apu: Buffer.from(apu, 'base64url') } : {}), apv: Buffer.from(apv, 'base64url'),
      });
      return { jwe: await jwe.encrypt(await importJWK(publicJwk, alg)), encryptionJwk: publicJwk };
    },
    signJwt() { throw new Error('nothing of an answer is signed here'); },
    decryptJwe() { throw new Error('no encrypted question was asked for'); },
  },
});

// What the query finds, as DCQL's own library says.
function fits(query, credentials) {
  const parsed = DcqlQuery.parse(query);
  DcqlQuery.validate(parsed);
  return DcqlQuery.query(parsed, credentials.map(({ claims }) => ({
    credential_format: 'dc+sd-jwt', vct: claims.vct, claims, cryptographic_holder_binding: true,
  }))).can_be_satisfied;
}

async function obeyed({ link, credentials = [], lies = {} }) {
  const asked = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: asked.params,
    wallet: { metadata: { vp_formats_supported: { 'dc+sd-jwt': {} } } },
  });
  const question = resolved.authorizationRequestPayload;
  const tells = (more) => ({ question, fits: fits(question.dcql_query, credentials), ...more });
  if (lies.clear) return tells(await posted(question, { error: lies.refuses, state: question.state }));
  if (lies.resend) return tells(await posted(question, { response: lies.resend }));
  const token = {};
  if (!lies.refuses) {
    for (const [at, query] of question.dcql_query.credentials.entries()) {
      token[query.id] = [await shown(credentials[at], query, question, lies)];
    }
  }
  const payload = lies.refuses ? { error: lies.refuses } : { vp_token: lies.vpToken ?? token };
  const response = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: { ...question, state: lies.state ?? question.state },
    authorizationResponsePayload: payload,
    jarm: {
      encryption: {},
      serverMetadata: {
        authorization_encryption_alg_values_supported: ['ECDH-ES'],
        authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'],
        authorization_signing_alg_values_supported: [],
      },
    },
  });
  const answer = response.jarm.responseJwt;
  if (lies.keep) return tells({ answer });
  const sent = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: question,
    authorizationResponsePayload: response.authorizationResponsePayload,
    jarm: response.jarm,
  });
  return tells({ answer, status: sent.response.status, body: await sent.response.json() });
}

async function posted(question, fields) {
  const response = await fetch(question.response_uri, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, body: await response.json() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = await obeyed(JSON.parse(line)).catch((error) => ({ error: `${error.name}: ${error.message}` }));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
