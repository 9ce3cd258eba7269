/** Commands that import models from other programs and export models to them. */
package inkhorn.cli.exchange;
