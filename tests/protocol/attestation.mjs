// Chains of Android Key Attestation as a device with keys of the factory shows them, and wrong ones.
import {
  attribute, boolean, certificate, element, extension, integer, name, newKey, nothing, octets, sequence, set, sha256Of,
  spkiOf, tagged,
} from './der.mjs';
import { ATTESTATION_OID, pem } from './device.mjs';

const YEAR = 365 * 86_400_000;
const DESCRIPTION = '1.3.6.1.4.1.11129.2.1.17';
const [SERIAL_NUMBER, TITLE, CN] = ['2.5.4.5', '2.5.4.12', '2.5.4.3'];
const LEVELS = { software: 0, trustedEnvironment: 1, strongBox: 2 };
const enumerated = (value) => integer(value, 0x0a);
const authority = extension('2.5.29.19', sequence(boolean(true)), true);

// KeyDescription; `given` says what is not as it should be.
function description(given) {
  const { level = 'trustedEnvironment', challenge, origin = 0, locked = true, boot = 0, serial = 'SN-1' } = given;
  const rootOfTrust = sequence(octets(sha256Of('boot key')), boolean(locked), enumerated(boot), octets(sha256Of('boot')));
  const application = sequence(set(sequence(octets(given.app ?? 'com.example.dpc'), integer(7))), set(octets(sha256Of('signer'))));
  return sequence(
    integer(400), enumerated(LEVELS[level]), integer(400), enumerated(LEVELS[given.keyLevel ?? level]), octets(challenge),
    octets(''),
    sequence(tagged(701, integer(Date.now())), tagged(709, octets(application))),
    sequence(tagged(503, nothing()), tagged(702, integer(origin)), tagged(704, rootOfTrust), tagged(705, integer(160000)),
      tagged(706, integer(202611)), ...(serial ? [tagged(713, octets(serial))] : []), tagged(717, octets('Model 9'))),
  );
}

// What a token demands as challenge.
export const challengeOf = (token) => sha256Of(`muster-attestation:${token}`);

// A maker of devices: its root, and chains below it.
export class Factory {
  constructor() {
    const now = Date.now();
    const dates = { from: new Date(now - YEAR), to: new Date(now + YEAR) };
    this.rootKey = newKey();
    this.rootName = name([SERIAL_NUMBER, 'f92009e853b6b045']);
    this.root = certificate({ serial: 4, subject: this.rootName, issuer: this.rootName, spki: spkiOf(this.rootKey),
      signer: this.rootKey, extensions: [authority], ...dates });
    this.batchKey = newKey();
    this.batchName = name([SERIAL_NUMBER, '697bc64b6cd4c0e1'], [TITLE, 'TEE']);
    this.batch = certificate({ serial: 0x2a, subject: this.batchName, issuer: this.rootName, spki: spkiOf(this.batchKey),
      signer: this.rootKey, extensions: [authority], ...dates });
  }

  get pem() {
    return pem('CERTIFICATE', this.root);
  }

  // Certificates of a key, leaf first. `given`: `challenge`, and what is wrong.
  chain(key, given) {
    const leaf = certificate({ subject: name([CN, 'Android Keystore Key']), issuer: this.batchName, spki: spkiOf(key),
      signer: given.signer ?? this.batchKey, from: new Date(0), to: new Date(1_000),
      extensions: [extension(DESCRIPTION, description(given))] });
    return [leaf, this.batch, this.root];
  }
}

export const attestation = (chain) => attribute(ATTESTATION_OID, sequence(...chain));
export const notAttestation = () => attribute(ATTESTATION_OID, sequence(element(0x02, 'x')));
