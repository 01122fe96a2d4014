/** A method that another stands in for. */

export type Method = (this: object, ...args: unknown[]) => unknown;

/** Puts another method in the place of one, until it is disposed of. */
export function replaced(
  prototype: object,
  name: string,
  make: (original: Method) => Method,
): Disposable {
  const methods = prototype as Record<string, Method>;
  const original = methods[name]!;
  methods[name] = make(original);
  return {
    [Symbol.dispose]() {
      methods[name] = original;
    },
  };
}
