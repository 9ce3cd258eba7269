/**
 * The web server: pages and JSON, all from the jar and without other servers. This package handles HTTP and does not
 * depend on models: {@link inkhorn.serve.WebServer} accepts, checks and limits requests, and a
 * {@link inkhorn.serve.Feature} answers them. Each feature has a package of its own below this one. The pages are
 * resources of the same package.
 */
package inkhorn.serve;
