/** Commands that make or show data: texts, token files and tokenizers. */
package inkhorn.cli.data;
