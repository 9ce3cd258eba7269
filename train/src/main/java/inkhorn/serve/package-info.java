/**
 * The web front door: one server with pages and JSON, from the jar, without a network. This package knows HTTP and
 * nothing of models: {@link inkhorn.serve.WebServer} listens, checks and limits, and a
 * {@link inkhorn.serve.Feature} answers. Each feature has a package of its own below this one. Pages lie in the
 * resources of the same name.
 */
package inkhorn.serve;
