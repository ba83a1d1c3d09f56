import type { Route } from "./handler.ts";

/** The same transaction route for a direct merchant and for a service provider. */
export function inBothModes({ path, ...route }: Omit<Route, "mode" | "url"> & { path: string }): Route[] {
  return [
    { ...route, mode: "direct", url: `/v3/pay/transactions/${path}` },
    { ...route, mode: "partner", url: `/v3/pay/partner/transactions/${path}` },
  ];
}
