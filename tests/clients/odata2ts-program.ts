// What a TypeScript program would do with the client that odata2ts makes of the live $metadata. It is
// compiled beside the generated files by odata2ts.test.mjs, which judges what it returns.
import { FetchClient } from '@odata2ts/http-client-fetch';
import { androidDeviceOwnerEnrollmentMode, androidDeviceOwnerEnrollmentTokenType, aospWifiSecurityType } from './graphModel';
import { graphService } from './graphService';

export const connect = (url: string, token: string) =>
  new graphService(new FetchClient({ headers: { Authorization: `Bearer ${token}` } }), url).deviceManagement();

export type Management = ReturnType<typeof connect>;

export const make = async (management: Management, displayName: string) =>
  (await management.androidForWorkEnrollmentProfiles().create({
    displayName,
    tokenExpirationDateTime: '2030-01-01T00:00:00Z',
    enrolledDeviceCount: 0,
  })).data;

// The whole life of one profile: what each step was answered.
export async function life(management: Management, displayName: string) {
  const created = await make(management, displayName);
  const one = management.androidForWorkEnrollmentProfiles(created.id);
  const read = (await one.query()).data;
  const patched = await one.patch({ description: 'changed' });
  const validity = await one.createToken({ tokenValidityInSeconds: 600 });
  const renewed = (await one.query()).data;
  const picture = (await one.qrCodeImage().query()).data;
  const revocation = await one.revokeToken();
  const revoked = (await one.query((builder) => builder.select('tokenValue', 'qrCodeImage'))).data;
  const deletion = await one.delete();
  const statuses = [patched, validity, revocation, deletion].map(({ status }) => status);
  return { created, read, statuses, renewed, picture, revoked };
}

// The same for a profile of the successor, which has enumerations, Booleans and a collection.
export async function ownerLife(management: Management, displayName: string) {
  const profiles = management.androidDeviceOwnerEnrollmentProfiles();
  const created = (await profiles.create({
    displayName,
    enrollmentMode: androidDeviceOwnerEnrollmentMode.corporateOwnedFullyManaged,
    enrollmentTokenType: androidDeviceOwnerEnrollmentTokenType.default,
    enrollmentTokenUsageCount: 0,
    enrolledDeviceCount: 0,
    tokenExpirationDateTime: '2030-01-01T00:00:00Z',
    roleScopeTagIds: ['0'],
    configureWifi: false,
    wifiSecurityType: aospWifiSecurityType.none,
    wifiHidden: false,
    isTeamsDeviceProfile: false,
  })).data;
  const one = management.androidDeviceOwnerEnrollmentProfiles(created.id);
  const patched = await one.patch({
    configureWifi: true,
    wifiSsid: 'Warehouse',
    wifiPassword: 'long enough',
    wifiSecurityType: aospWifiSecurityType.wpa,
  });
  const validity = await one.createToken({ tokenValidityInSeconds: 600 });
  const renewed = (await one.query()).data;
  const list = await profiles.query((builder, profile) =>
    builder
      .filter(
        profile.enrollmentMode.eq(androidDeviceOwnerEnrollmentMode.corporateOwnedFullyManaged),
        profile.configureWifi.eq(true),
        profile.displayName.eq(displayName))
      .select('id'));
  const found = list.data.value.map(({ id }) => id);
  const revocation = await one.revokeToken();
  const deletion = await one.delete();
  const statuses = [patched, validity, revocation, deletion].map(({ status }) => status);
  return { created, statuses, renewed, found };
}

// The ids of one page of the profiles whose name begins so, last name first, and how many there are in all.
export async function page(management: Management, name: string, skip: number, top: number) {
  const answer = await management.androidForWorkEnrollmentProfiles().query((builder, profile) =>
    builder
      .filter(profile.displayName.startsWith(name), profile.enrolledDeviceCount.lowerThan(1))
      .select('id')
      .orderBy(profile.displayName.descending())
      .count()
      .skip(skip)
      .top(top));
  return { ids: answer.data.value.map(({ id }) => id), count: answer.data['@odata.count'] };
}

export const named = (management: Management, name: string) =>
  management.androidForWorkEnrollmentProfiles().query((builder, profile) => builder.filter(profile.displayName.eq(name)));

export const remove = (management: Management, id: string) => management.androidForWorkEnrollmentProfiles(id).delete();
