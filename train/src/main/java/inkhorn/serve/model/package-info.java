/**
 * The models that the server writes and computes with: by name, opened when one first asks for them, all on one thread
 * for computing, so that requests share the processor instead of contending for it.
 */
package inkhorn.serve.model;
