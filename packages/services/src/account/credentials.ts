/** The owner that an account's credentials are sealed for. */
export function credentialOwner(accountNo: string): string {
  return `account:${accountNo}`;
}

/** The owner that an app's signing secret is sealed for. */
export function appSecretOwner(appId: string): string {
  return `app:${appId}`;
}
