import { isoShanghai } from "@payhub/domain";
import type { PositionedEvent } from "../ports.ts";
import type { EventView } from "./schemas.ts";

/** Writes an event for the wire. */
export function presentEvent(event: PositionedEvent): EventView {
  return {
    eventId: event.eventId,
    type: event.type,
    position: event.position,
    paymentNo: event.paymentNo,
    sequence: event.sequence,
    occurredAt: isoShanghai(event.occurredAt),
    data: event.data,
  };
}
