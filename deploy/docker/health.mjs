/** The health check of the image: ready or not, by exit code, and why, for `docker inspect`. */
const { HIKYAKU_HTTP_PORT: port = '8025' } = process.env;

try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: AbortSignal.timeout(4000),
  });
  console.log(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(String(error.cause ?? error));
  process.exitCode = 1;
}
