import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "node_modules/", "test/data/"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    rules: {
      "require-yield": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/unified-signatures": "off",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "no-control-regex": "off",
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  { files: ["mach/mig/**/*.ts"], rules: { "@typescript-eslint/no-explicit-any": "warn" } },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-unused-expressions": "off", "no-console": "off" } },
);
