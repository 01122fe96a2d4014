/**
 * What a call of the control socket is: its input's schema, and a function that answers one value, rows, or bytes. What can be
 * expected to go wrong comes back as a {@link Refusal} with a cause and a remedy for the person who asked.
 */
import type { z } from 'zod';
import type { AdminContext } from './context.ts';

/** Why a call did nothing. */
export interface Refusal {
  readonly kind: 'refused';
  /** For programs; stable. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
}

export function refuse(reason: string, message: string, remedy: string): Refusal {
  return { kind: 'refused', reason, message, remedy };
}

/** Runs with checked input; `signal` aborts when the caller has gone. */
type Run<Input, Result> = (
  context: AdminContext,
  input: Input,
  signal: AbortSignal,
) => Promise<Result | Refusal>;

/** Answers one JSON value. */
export interface ValueCall<Input, Value> {
  readonly answers: 'value';
  readonly input: z.ZodType<Input>;
  readonly run: Run<Input, Value>;
}

/** Answers a JSON object a line, as they come. */
export interface RowsCall<Input, Row> {
  readonly answers: 'rows';
  readonly input: z.ZodType<Input>;
  readonly run: Run<Input, Iterable<Row> | AsyncIterable<Row>>;
}

/** Answers octets as they are. */
export interface BytesCall<Input> {
  readonly answers: 'bytes';
  readonly input: z.ZodType<Input>;
  readonly run: Run<Input, AsyncIterable<Uint8Array>>;
}

/** Takes octets as they come, and answers a JSON object a line meanwhile. Its input stands in the address. */
export interface IntakeCall<Input, Row> {
  readonly answers: 'rows';
  readonly takes: 'bytes';
  readonly input: z.ZodType<Input>;
  readonly run: (
    context: AdminContext,
    input: Input,
    body: AsyncIterable<Uint8Array>,
  ) => Promise<AsyncIterable<Row> | Refusal>;
}

export function intake<Input, Row extends object>(
  input: z.ZodType<Input>,
  run: IntakeCall<Input, Row>['run'],
): IntakeCall<Input, Row> {
  return { answers: 'rows', takes: 'bytes', input, run };
}

export function value<Input, Value extends object>(
  input: z.ZodType<Input>,
  run: Run<Input, Value>,
): ValueCall<Input, Exclude<Value, Refusal>> {
  return { answers: 'value', input, run: run as Run<Input, Exclude<Value, Refusal>> };
}

export function rows<Input, Row extends object>(
  input: z.ZodType<Input>,
  run: Run<Input, Iterable<Row> | AsyncIterable<Row>>,
): RowsCall<Input, Row> {
  return { answers: 'rows', input, run };
}

export function bytes<Input>(
  input: z.ZodType<Input>,
  run: Run<Input, AsyncIterable<Uint8Array>>,
): BytesCall<Input> {
  return { answers: 'bytes', input, run };
}

export function isRefusal(result: object): result is Refusal {
  return (result as Partial<Refusal>).kind === 'refused';
}
